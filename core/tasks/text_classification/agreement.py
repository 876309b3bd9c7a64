"""Classes of a text. A key is a class."""

from collections.abc import Sequence

from core.comparison.agreement import (
    UNMARKED,
    Agreement,
    Difference,
    by_speaker,
    everybody,
    lacking,
    moved,
    of_scores,
    plain,
    unmarked,
)
from core.comparison.overlap import overlap
from core.tasks.text_classification.schema import TextClassificationResult, rows
from core.text.phrases import quoted, scored


def agreement(results: Sequence[TextClassificationResult]) -> Agreement:
    """The class that all choose and how far its probabilities lie apart, or who says what. Odd: winners that differ."""
    best = [result.labels[0].label for result in results]
    share = overlap([rows(result) for result in results])
    if len(set(best)) > 1:
        sentence = f"They disagree: {by_speaker(results, list(map(quoted, best)))}."
        unknown = lacking([[one.label for one in result.labels] for result in results])
        odd = tuple(frozenset({label}) | one for label, one in zip(best, unknown, strict=True))
        return Agreement(sentence, share, odd)
    found = [result.labels[0].score for result in results]
    spread = max(found) - min(found)
    much = f"; the probabilities differ by at most {plain(spread)}" if spread >= 0.005 else " with the same probability"
    return Agreement(f"{everybody(len(results))} say {quoted(best[0])}{much}.", share, unmarked(results))


def change(before: TextClassificationResult, after: TextClassificationResult) -> Agreement:
    """Whether another class wins now, and how its probability changes."""
    old, new = before.labels[0], after.labels[0]
    if old.label == new.label:
        sentence = f"{quoted(new.label)} stays, and {moved('its probability', old.score, new.score)}."
        return Agreement(sentence, None, (UNMARKED, UNMARKED))
    sentence = f"{scored(old.label, old.score)} becomes {scored(new.label, new.score)}."
    return Agreement(sentence, None, (frozenset({old.label}), frozenset({new.label})))


def differences(before: TextClassificationResult, after: TextClassificationResult) -> tuple[Difference, ...]:
    """The probabilities of each class that both have."""
    old, new = ({one.label: one.score for one in result.labels} for result in (before, after))
    return of_scores(old, new)
