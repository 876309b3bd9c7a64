"""Verdicts on what the paper says of heads."""

from dataclasses import replace
from math import sqrt

import pytest

from core.inspect.claims.heads import head_claims
from core.inspect.heads import TO_HEAD, HeadFindings, HeadHabits, RelationScore

HABITS = HeadHabits(1, 1, 0.6, 0.1, 0, 0, 0, 0.7, 0, 1, 1)
HEADS = tuple(replace(HABITS, layer=layer, head=head) for layer in range(1, 7) for head in (1, 2))


def score(accuracy: float, offset: float, n: int = 100) -> RelationScore:
    error = sqrt(accuracy * (1 - accuracy) / n)
    return RelationScore("verb-object", 3, 1, TO_HEAD, accuracy, error, -2, offset, n)


@pytest.mark.parametrize(
    ("accuracy", "offset", "verdict"),
    [(0.9, 0.4, "holds here"), (0.5, 0.48, "too close to tell"), (0.3, 0.6, "does not hold here")],
)
def test_a_head_must_beat_the_offset_by_two_errors(accuracy: float, offset: float, verdict: str) -> None:
    claim = head_claims(HeadFindings("x", (score(accuracy, offset),), HEADS, 100, 0))[0]
    assert claim.verdict == verdict
    assert "86.8 %" in claim.claim.says
    assert f"{100 * accuracy:.1f} ±" in claim.here


def test_habits_are_judged_at_the_same_depth() -> None:
    neighbours, separators = head_claims(HeadFindings("x", (), HEADS, 100, 0))
    assert neighbours.verdict == "does not hold here", "no head attends to the next token"
    assert "12 give more than half to the previous token, 0 to the next" in neighbours.here
    assert separators.verdict == "holds here"
    assert "layers 3 to 5 of 6" in separators.here
    one = HeadFindings("x", (), (replace(HABITS, next=0.6), *HEADS), 100, 0)
    assert head_claims(one)[0].verdict == "holds here"
