"""Attention heads as small pictures."""

import base64

import numpy as np
import pytest

from core.tasks.attention.parts import shrink
from pages.ui.figures.heads import INK, SMALL, thumbnail


@pytest.mark.parametrize("size", [3, SMALL, 511])
def test_thumbnails_stay_small(size: int) -> None:
    weights = np.full((size, size), 1 / size, dtype=np.float16)
    png = base64.b64decode(thumbnail(shrink(weights, SMALL).astype(np.float32), INK["light"]).split(",")[1])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 2000
