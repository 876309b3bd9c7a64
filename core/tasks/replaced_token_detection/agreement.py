"""Which words look swapped. A key is the word's (start, end)."""

from collections.abc import Sequence

from core.comparison.agreement import (
    Agreement,
    Difference,
    counted,
    everybody,
    lacking,
    largest_first,
    moved,
    names,
    unmarked,
)
from core.comparison.overlap import overlap
from core.tasks.replaced_token_detection.schema import JudgedToken, ReplacedTokenDetectionResult, rows
from core.text import alignment
from core.text.alignment import SpanPair
from core.text.phrases import chance, quoted, scored
from core.text.spans import Span

SMALL = 0.05  # a change of probability that is not worth a word


def agreement(results: Sequence[ReplacedTokenDetectionResult]) -> Agreement:
    """On how many of the words that look swapped to any they all agree, and on which word they differ most.

    Without such a word there is no overlap: what is left is noise close to zero.
    """
    found = [suspects(result) for result in results]
    every = frozenset().union(*found)
    if not every:
        return Agreement(
            f"{everybody(len(results))} find nothing swapped{widest_difference(results)}.", None, unmarked(results)
        )
    odd = lacking(found)
    shared = len(every) - len(frozenset().union(*odd))
    share = overlap([rows(result) for result in results])
    if shared == len(every):
        same = "word" if shared == 1 else counted(shared, "word")
        sentence = f"{everybody(len(results))} find the same {same} swapped"
    else:
        verb = "looks" if len(every) == 1 else "look"
        sentence = f"They agree on {shared} of {counted(len(every), 'word')} that {verb} swapped"
    return Agreement(f"{sentence}{widest_difference(results)}.", share, odd)


def suspects(result: ReplacedTokenDetectionResult) -> frozenset[Span]:
    """Where the words stand that look swapped."""
    return frozenset((word.start, word.end) for word in result.suspects)


def by_place(result: ReplacedTokenDetectionResult) -> dict[Span, JudgedToken]:
    """Each word by where it stands."""
    return {(word.start, word.end): word for word in result.words}


def widest_difference(results: Sequence[ReplacedTokenDetectionResult]) -> str:
    """The word on which they differ most, with what each gives it; nothing where they hardly differ."""
    found = [by_place(result) for result in results]
    scores = {span: [one[span].score for one in found] for span in found[0] if all(span in one for one in found)}
    span = max(scores, key=lambda one: max(scores[one]) - min(scores[one]), default=None)
    if span is None or max(scores[span]) - min(scores[span]) < SMALL:
        return ""
    each = ", ".join(f"{chance(score)} for {name}" for score, name in zip(scores[span], names(results), strict=True))
    return f"; they differ most on {quoted(found[0][span].text)}: {each}"


def change(before: ReplacedTokenDetectionResult, after: ReplacedTokenDetectionResult) -> Agreement:
    """Which word is the most suspicious now, which one stands in the place of another, which of the rest changes."""
    old, new = by_place(before), by_place(after)
    pairs = alignment.kept(before.text, list(old), after.text, list(new))
    parts = [suspicion(before, after), *replaced(before, after), *most_moved(pairs, old, new)]
    was, now = suspects(before), suspects(after)
    stay = [(a, b) for a, b in pairs if a in was and b in now]
    odd = was - {a for a, _ in stay}, now - {b for _, b in stay}
    return Agreement("; ".join(parts) + ".", None, odd)


def suspicion(before: ReplacedTokenDetectionResult, after: ReplacedTokenDetectionResult) -> str:
    """How the most suspicious word changes."""
    old, new = (result.most_suspicious if result.suspects else None for result in (before, after))
    if old and new and old.text == new.text:
        now = moved("its probability", old.score, new.score)
        return f"{quoted(old.text)} stays the most suspicious word, and {now}"
    if old and new:
        return f"The most suspicious word was {scored(old.text, old.score)}; now it is {scored(new.text, new.score)}"
    if old:
        return f"The most suspicious word was {scored(old.text, old.score)}; now nothing looks swapped"
    return (
        f"Nothing looked swapped; now {scored(new.text, new.score)} does"
        if new
        else "Nothing looks swapped in either of them"
    )


def replaced(before: ReplacedTokenDetectionResult, after: ReplacedTokenDetectionResult) -> list[str]:
    """The first word that stands in the place of another, with the probabilities of both, if there is one."""
    old, new = by_place(before), by_place(after)
    pair = alignment.replaced(before.text, list(old), after.text, list(new))
    if pair is None:
        return []
    first, second = old[pair[0]], new[pair[1]]
    return [f"{scored(first.text, first.score)} becomes {scored(second.text, second.score)}"]


def most_moved(pairs: Sequence[SpanPair], old: dict[Span, JudgedToken], new: dict[Span, JudgedToken]) -> list[str]:
    """Of the words that stay the one whose probability changes most, if any changes much."""
    pair = max(pairs, key=lambda one: abs(new[one[1]].score - old[one[0]].score), default=None)
    if pair is None or abs(new[pair[1]].score - old[pair[0]].score) < SMALL:
        return []
    first, second = old[pair[0]], new[pair[1]]
    most = f"{chance(first.score)} to {chance(second.score)}"
    return [f"among the unchanged words, {quoted(first.text)} changes most: {most}"]


def differences(before: ReplacedTokenDetectionResult, after: ReplacedTokenDetectionResult) -> tuple[Difference, ...]:
    """The probabilities of each word that both have."""
    old, new = by_place(before), by_place(after)
    pairs = alignment.kept(before.text, list(old), after.text, list(new))
    return largest_first(Difference(old[a].text, old[a].score, new[b].score) for a, b in pairs)
