"""Phrases that our sentences are made of."""

import pytest

from core.text.phrases import chance


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0, "0.00"), (1e-9, "<0.01"), (0.004, "<0.01"), (0.0099, "<0.01"), (0.01, "0.01"), (0.126, "0.13"), (1, "1.00")],
)
def test_a_small_probability_never_reads_as_none(probability: float, shown: str) -> None:
    assert chance(probability) == shown
