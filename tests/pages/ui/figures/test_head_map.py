"""Heat maps of attention for a file."""

import numpy as np

from core.inspect.attention import AttentionTable
from pages.ui.figures.head_map import HeadChart

SHOWN = AttentionTable(
    ("a", "<b>", "a"), (0, 0, 0), np.array([[0.5, -0.25, 0], [0, 0, 0.1]], dtype=np.float32), ("x", "y")
)


def test_a_difference_has_two_colours_and_none_in_the_middle() -> None:
    scale = HeadChart(SHOWN, (0, 0, 255), (255, 0, 0), 300).scale
    assert (scale["zmin"], scale["zmax"]) == (-0.5, 0.5)
    places, colors = zip(*scale["colorscale"], strict=True)
    assert [places[0], places[len(places) // 2], places[-1]] == [0, 0.5, 1]
    assert [colors[0], colors[len(colors) // 2], colors[-1]] == [
        "rgba(255,0,0,1.000)",
        "rgba(0,0,255,0.000)",
        "rgba(0,0,255,1.000)",
    ]
    assert list(places) == sorted(places)


def test_rows_and_columns_have_their_own_names() -> None:
    html = HeadChart(SHOWN, (0, 0, 255), None, 300).to_html(full_html=False, include_plotlyjs=False, config={})
    assert '"0 x"' in html
    assert '"2 a"' in html
    assert "<b>" not in html
