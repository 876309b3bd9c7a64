"""Which word matters most. A key is the word's (text number, start, end)."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, by_speaker, everybody, largest_first, unmarked
from core.comparison.overlap import overlap
from core.tasks.attribution.schema import AttributionResult, rows, strongest
from core.text.phrases import quoted


def agreement(results: Sequence[AttributionResult]) -> Agreement:
    """Whether the same word matters most to all. The overlap is the cosine of their scores, where they have the same
    words."""
    best = [strongest(result) for result in results]
    if any(word is None for word in best):
        return Agreement("There is no word to compare.", None, unmarked(results))
    places = [(word.segment, word.start, word.end) for word in best if word]
    named = [quoted(word.text) for word in best if word]
    share = overlap([rows(result) for result in results])
    if len(set(places)) == 1:
        return Agreement(f"{everybody(len(results))} rest most on {named[0]}.", share, unmarked(results))
    odd = tuple(frozenset({place}) for place in places)
    return Agreement(f"Different words matter most: {by_speaker(results, named)}.", share, odd)


def change(before: AttributionResult, after: AttributionResult) -> Agreement:
    """Whether another word matters most now."""
    old, new = strongest(before), strongest(after)
    nothing = unmarked((before, after))
    if old is None or new is None:
        return Agreement("There is no word to compare.", None, nothing)
    if old.text == new.text:
        return Agreement(f"{quoted(new.text)} still matters most.", None, nothing)
    return Agreement(f"{quoted(old.text)} mattered most; now it is {quoted(new.text)}.", None, nothing)


def differences(before: AttributionResult, after: AttributionResult) -> tuple[Difference, ...]:
    """The scores of each word that both have."""
    old, new = ({word.text: word.effect for word in result.words} for result in (before, after))
    return largest_first(
        Difference(text, old[text], new[text], unit="effect on the logit") for text in old if text in new
    )
