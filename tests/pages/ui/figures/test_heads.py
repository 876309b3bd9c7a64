"""Attention heads as small pictures."""

import base64

import numpy as np
import pytest

from pages.ui.figures.heads import INK, SMALL, shrink, thumbnail


@pytest.mark.parametrize("size", [3, SMALL, 511])
def test_thumbnails_stay_small(size: int) -> None:
    weights = np.full((size, size), 1 / size, dtype=np.float16)
    png = base64.b64decode(thumbnail(shrink(weights), INK["light"]).split(",")[1])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 2000


def test_shrinking_keeps_the_heaviest_weight() -> None:
    weights = np.zeros((2, 130, 130), dtype=np.float16)
    weights[1, 129, 64] = 0.75
    small = shrink(weights)
    assert small.shape == (2, SMALL, SMALL)
    assert (small[0].max(), small[1].max(), small[1, -1].argmax()) == (0, 0.75, 31)
