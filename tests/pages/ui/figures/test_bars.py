"""Probabilities as bars."""

from pages.ui.figures.bars import bars, probability


def test_a_bar_of_a_small_probability_does_not_read_as_none() -> None:
    html = bars([probability("war", 0.981), probability("cup", 0.0004)], "Words")
    assert [">0.98<" in html, ">&lt;0.01<" in html, "0.00" in html] == [True, True, False]
