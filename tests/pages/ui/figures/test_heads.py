"""Attention heads as small pictures."""

import numpy as np
import pytest

from core.tasks.attention.parts import shrink
from pages.ui.figures.heads import INK, SMALL, opacity, png


@pytest.mark.parametrize("size", [3, SMALL, 511])
def test_thumbnails_stay_small(size: int) -> None:
    weights = np.full((size, size), 1 / size, dtype=np.float16)
    image = png(opacity(shrink(weights, SMALL).astype(np.float32)), INK["light"])
    assert image.startswith(b"\x89PNG")
    assert len(image) < 2000
