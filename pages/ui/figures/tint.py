"""Numbers as colours: one on a diverging scale, a vector as a strip of cells."""

import numpy as np
from numpy.typing import NDArray

from pages.ui.figures.markup import show

NUMBERS_SHOWN = 8


def strip_of_numbers(values: NDArray[np.float32]) -> None:
    """A vector, (hidden,), as a strip of coloured cells, and its first numbers."""
    largest = float(np.abs(values).max()) or 1.0
    cells = "".join(f'<i style="--v:{tint(float(v) / largest)}"></i>' for v in values)
    first = ", ".join(f"{v:+.4f}" for v in values[:NUMBERS_SHOWN])
    alt = f"{len(values)} numbers of the vector, blue positive, orange negative"
    length = float(np.linalg.norm(values))
    show(
        f'<div class="pg-strip" role="img" aria-label="{alt}">{cells}</div>'
        f'<p class="pg-numbers"><b>{len(values)} numbers</b>, length {length:.2f}: <code>{first}, …</code></p>'
    )


def tint(value: float) -> str:
    """The diverging scale: blue for positive, orange for negative, clear at zero; `value` in [-1, 1]."""
    red, green, blue = (0, 114, 178) if value >= 0 else (213, 94, 0)
    return f"rgba({red},{green},{blue},{min(abs(value), 1):.2f})"
