"""Words for gaps. A key is (number of the gap from 0, word), the word without its capitals, which some checkpoints do
not know.
"""

from collections.abc import Iterable, Sequence

from core.comparison.agreement import Agreement, Difference, counted, everybody, lacking, largest_first, listed, moved
from core.comparison.overlap import folded, overlap
from core.tasks.fill_mask.schema import Fill, FillMaskResult, MaskFills, rows
from core.text.phrases import chance, quoted, scored

NAMED = 4  # gaps that the sentence goes through one by one


def agreement(results: Sequence[FillMaskResult]) -> Agreement:
    """Gap by gap the best word, the same for all or not."""
    gaps = list(zip(*(best(result) for result in results), strict=False))
    shared = sum(len(words(gap)) == 1 for gap in gaps)
    who = everybody(len(results))
    if len(gaps) > NAMED:
        sentence = f"{who} predict the same word in {shared} of {len(gaps)} gaps."
    elif len(gaps) == 1:
        sentence = of_gap(gaps[0], who, "") + "."
    else:
        parts = [of_gap(gap, who, f"in gap {n} ") for n, gap in enumerate(gaps, 1)]
        sentence = "; ".join(parts)
        sentence = sentence[0].upper() + sentence[1:] + "."
    return Agreement(sentence, overlap([rows(result) for result in results]), lacking([keys(r) for r in results]))


def of_gap(found: Sequence[Fill], who: str, where: str) -> str:
    """What is expected in one gap."""
    expected = words(found)
    if len(expected) == 1:
        scores = listed(chance(fill.score) for fill in found)
        return f"{where}{who.lower() if where else who} predict {quoted(expected[0])} ({scores})"
    return f"{where}{'they' if where else 'They'} disagree: {listed(map(quoted, expected))}"


def words(found: Sequence[Fill]) -> list[str]:
    """The different words, each as it was written first."""
    return list(written(found).values())


def written(found: Iterable[Fill]) -> dict[str, str]:
    """Each word without its capitals, and as it was written first."""
    first: dict[str, str] = {}
    for fill in found:
        first.setdefault(bare(fill), fill.text)
    return first


def bare(fill: Fill) -> str:
    """Its word without capitals."""
    return folded(fill.text)


def key(gap: int, word: str) -> tuple[int, str]:
    """How a word in a gap is marked."""
    return gap, folded(word)


def best(result: FillMaskResult) -> list[Fill]:
    """The best fill of each gap."""
    return [mask.fills[0] for mask in result.masks]


def keys(result: FillMaskResult) -> list[tuple[int, str]]:
    """All words of all gaps."""
    return [key(n, fill.text) for n, mask in enumerate(result.masks) for fill in mask.fills]


def change(before: FillMaskResult, after: FillMaskResult) -> Agreement:
    """How the best word of each gap changes."""
    parts = [of_two(a, b) for a, b in zip(before.masks, after.masks, strict=False)]
    sentences = [f"In gap {n} {part}" for n, part in enumerate(parts, 1)] if len(parts) > 1 else parts
    if len(before.masks) != len(after.masks):
        sentences.append(f"A has {counted(len(before.masks), 'gap')}, B has {len(after.masks)}")
    return Agreement(". ".join(sentences) + ".", None, lacking([keys(before), keys(after)]))


def of_two(before: MaskFills, after: MaskFills) -> str:
    """One gap in two texts."""
    old, new = before.fills[0], after.fills[0]
    if bare(old) != bare(new):
        return f"{scored(old.text, old.score)} becomes {scored(new.text, new.score)}"
    return f"{quoted(new.text)} stays first, and {moved('its probability', old.score, new.score)}"


def differences(before: FillMaskResult, after: FillMaskResult) -> tuple[Difference, ...]:
    """The probabilities of each word; of one that is not listed only that it is at most that of the last one listed."""
    several = len(before.masks) > 1
    found = []
    for n, (a, b) in enumerate(zip(before.masks, after.masks, strict=False), 1):
        old, new = scores(a), scores(b)
        for word, name in written((*a.fills, *b.fills)).items():
            first, second = old.get(word, a.fills[-1].score), new.get(word, b.fills[-1].score)
            listed_by_both = word in old and word in new
            if listed_by_both or (second > first) == (word in new):  # otherwise its sign is not known
                found.append(Difference(f"{n}: {name}" if several else name, first, second, not listed_by_both))
    return largest_first(found)


def scores(mask: MaskFills) -> dict[str, float]:
    """The probability of each word, whatever its capitals."""
    found: dict[str, float] = {}
    for fill in mask.fills:
        found[bare(fill)] = found.get(bare(fill), 0.0) + fill.score
    return found
