"""Attention as lines: what goes to the browser, and into a file."""

import base64

import numpy as np
import pytest

from core.inspect.attention import AttentionTable
from pages.ui.figures.head_lines import MOST_LINKS, links_of, packed, picture


def test_links_are_six_bytes_each_and_none_is_too_light() -> None:
    weights = np.zeros((2, 300, 300), dtype=np.float32)
    weights[1, 299, 257] = 0.5
    weights[0, 3, 4] = 1.0
    weights[0, 3, 5] = 0.04
    shown = AttentionTable(("a",) * 300, (0,) * 300, weights)
    links = base64.b64decode(packed(links_of(shown, 0.05)))
    assert [*links] == [3, 0, 4, 0, 0, 255, 299 - 256, 1, 1, 1, 1, 128]


def test_no_more_links_than_a_change_of_head_may_send() -> None:
    weights = np.random.default_rng(0).random((12, 100, 100), dtype=np.float32)
    links = links_of(AttentionTable(("a",) * 100, (0,) * 100, weights), 0.0)
    assert len(links) == MOST_LINKS
    assert links[-1, 3] >= np.sort(weights, axis=None)[-MOST_LINKS] - 1e-6
    assert len(packed(links)) <= 250_000


@pytest.mark.parametrize("label", ["<b>", "&", '"'])
def test_labels_are_escaped_in_the_file(label: str) -> None:
    drawn = picture((label, "b"), (label,), np.array([[0, 0, 0, 0.5]]), ["red"])
    assert drawn.count("<path") == 1
    assert f">{label}<" not in drawn or label == '"'
    assert drawn.count("<text") == 3
