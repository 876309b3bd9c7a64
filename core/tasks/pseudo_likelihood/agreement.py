"""How expected each word is. A key is the word's (start, end)."""

from collections.abc import Sequence
from math import exp, log

from core.comparison.agreement import Agreement, Difference, everybody, largest_first, moved, names, plain
from core.comparison.overlap import overlap
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodResult, rows
from core.text import alignment
from core.text.alignment import SpanPair
from core.text.phrases import quoted
from core.text.spans import Span

FAR = log(10)  # a word is odd if it is ten times as probable for one as for another


def agreement(results: Sequence[PseudoLikelihoodResult]) -> Agreement:
    """The word on which they differ most; odd are those that are ten times as probable for one as for another."""
    found = [log_probabilities(result) for result in results]
    spans = [span for span in found[0] if all(span in one for one in found)]
    spread = {span: max(one[span] for one in found) - min(one[span] for one in found) for span in spans}
    odd = frozenset(span for span, width in spread.items() if width > FAR)
    share = overlap([rows(result) for result in results])
    return Agreement(sentence_of(results, found, spread, len(odd)), share, (odd,) * len(results))


def log_probabilities(result: PseudoLikelihoodResult) -> dict[Span, float]:
    """The natural logarithm of each word's probability, by where it stands."""
    return {(w[0].start, w[-1].end): sum(piece.log_probability for piece in w) for w in result.words}


def sentence_of(
    results: Sequence[PseudoLikelihoodResult], found: Sequence[dict[Span, float]], spread: dict[Span, float], odd: int
) -> str:
    """Which word surprises one and not the other."""
    if not spread:
        return "They split the text into different words, so the words cannot be compared."
    start, end = span = max(spread, key=lambda one: spread[one])
    each = ", ".join(f"{exp(one[span]):.2g} for {name}" for one, name in zip(found, names(results), strict=True))
    word = quoted(results[0].text[start:end])
    if not odd:
        who = everybody(len(results)).lower()
        return f"All words are about equally likely for {who}; they differ most on {word}: {each}."
    count = "One word is" if odd == 1 else f"{odd} words are"
    return f"Biggest disagreement: {word} ({each}). {count} at least ten times as likely for one as for another."


def change(before: PseudoLikelihoodResult, after: PseudoLikelihoodResult) -> Agreement:
    """Whether the text is more expected now, and which of the words that stay is so most differently."""
    sentence = moved("The pseudo-log-likelihood", before.log_likelihood, after.log_likelihood, plain)
    moves = kept_words(before, after)
    odd = [frozenset(pair[n] for pair, size in moves.items() if abs(size) > FAR) for n in (0, 1)]
    for n, (result, kept) in enumerate(((before, {a for a, _ in moves}), (after, {b for _, b in moves}))):
        odd[n] |= {span for span in log_probabilities(result) if span not in kept}
    parts = [sentence, *replaced(before, after)]
    if moves:
        (start, end), _ = pair = max(moves, key=lambda one: abs(moves[one]))
        times = exp(min(abs(moves[pair]), 12))
        way = "more" if moves[pair] > 0 else "less"
        word = quoted(before.text[start:end])
        parts.append(f"among the unchanged words, {word} changes most: {times:,.1f} times {way} probable")
    return Agreement("; ".join(parts) + ".", None, tuple(odd))


def replaced(before: PseudoLikelihoodResult, after: PseudoLikelihoodResult) -> list[str]:
    """The first word that stands in the place of another, with the probabilities of both, if there is one."""
    old, new = log_probabilities(before), log_probabilities(after)
    pair = alignment.replaced(before.text, list(old), after.text, list(new))
    if pair is None:
        return []
    (start, end), (other_start, other_end) = pair
    chances = f"{exp(old[pair[0]]):.2g}", f"{exp(new[pair[1]]):.2g}"
    first, second = quoted(before.text[start:end]), quoted(after.text[other_start:other_end])
    return [f"{first} ({chances[0]}) becomes {second} ({chances[1]})"]


def kept_words(before: PseudoLikelihoodResult, after: PseudoLikelihoodResult) -> dict[SpanPair, float]:
    """Of each word that both texts have in the same order, where it stands in both and the change of its logarithm."""
    old, new = log_probabilities(before), log_probabilities(after)
    pairs = alignment.kept(before.text, list(old), after.text, list(new))
    return {(a, b): new[b] - old[a] for a, b in pairs}


def differences(before: PseudoLikelihoodResult, after: PseudoLikelihoodResult) -> tuple[Difference, ...]:
    """The bits of each word: the binary logarithm of its probability."""
    old, new = log_probabilities(before), log_probabilities(after)
    pairs = [(before.text[a[0] : a[1]], old[a] / log(2), new[b] / log(2)) for a, b in kept_words(before, after)]
    return largest_first(Difference(*pair, unit="bits of log-probability") for pair in pairs)
