"""On which layer a gap is filled: the lowest from which the word that comes first on the last layer stays first."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, by_speaker, largest_first, of_scores, unmarked
from core.comparison.overlap import overlap
from core.tasks.logit_lens.schema import LogitLensResult, rows
from core.text.phrases import quoted


def agreement(results: Sequence[LogitLensResult]) -> Agreement:
    """From which layer each has its word for the first gap."""
    share = overlap([rows(result) for result in results])
    if not all(result.gaps for result in results):
        return Agreement("The text has no gap, so no word can be followed.", share, unmarked(results))
    return Agreement(f"{by_speaker(results, [settled(one) for one in results])}.", share, unmarked(results))


def settled(result: LogitLensResult) -> str:
    """The first word followed and the layer from which it stays first, of how many."""
    followed = result.gaps[0].followed
    if not followed:
        return "no word"
    word = followed[0]
    if not word.ranks:
        return f"that {quoted(word.text)} is no single token"
    if word.stays is None:
        return f"{quoted(word.text)} on rank {word.ranks[-1]:,} at the last layer"
    return f"{quoted(word.text)} from layer {word.stays} of {result.depth}"


def change(before: LogitLensResult, after: LogitLensResult) -> Agreement:
    """What comes first in both texts, and from which layer."""
    nothing = unmarked((before, after))
    if not (before.gaps and after.gaps):
        return Agreement("Words can be followed only where both texts have a gap.", None, nothing)
    old, new = settled(before), settled(after)
    sentence = f"Both say {new}." if old == new else f"A says {old}; B says {new}."
    return Agreement(sentence, None, nothing)


def differences(before: LogitLensResult, after: LogitLensResult) -> tuple[Difference, ...]:
    """The probability of the same word in the first gap on each layer, where both follow it."""
    if not (before.gaps and after.gaps):
        return ()
    old = {word.text: word.scores for word in before.gaps[0].followed if word.scores}
    new = {word.text: word.scores for word in after.gaps[0].followed if word.scores}
    found: list[Difference] = []
    for text in old.keys() & new.keys():
        by_layer = [{f"{text}, layer {n}": score for n, score in enumerate(one[text])} for one in (old, new)]
        found += of_scores(*by_layer)
    return largest_first(found)
