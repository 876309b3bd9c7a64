"""Results about whole texts: classes and vectors."""

import numpy as np
from numpy.typing import NDArray

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.feature_extraction.schema import FeatureExtractionResult
from core.tasks.text_classification.schema import TextClassificationResult
from core.tasks.word_in_context.schema import WordInContextResult
from pages.ui.markup import show
from pages.ui.render.bars import bars, probability
from pages.ui.render.marked import Mark, marked

EXPLAIN = "Show which words it rests on"
NUMBERS_SHOWN = 8


def labels(result: TextClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """Classes as bars, most probable first; those in `odd` are dashed. With `acts`, a click gives the label."""
    best = result.labels[0]
    rows = [
        probability(c.label, c.score, best=c is best, dashed=c.label in odd, act=c.label if acts else "", hint=EXPLAIN)
        for c in result.labels
    ]
    show(bars(rows, "Classes and probabilities"))
    if acts:
        show('<p class="pg-legend pg-hint">Click a label to see which words it rests on.</p>')


def vector(result: FeatureExtractionResult, odd: Odd = UNMARKED) -> None:
    """The vector of the text."""
    strip_of_numbers(result.embedding)


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


def word_vectors(result: WordInContextResult, odd: Odd = UNMARKED) -> None:
    """The text with its word marked, and the word's vector on the last layer."""
    show(marked(result.text, [Mark(result.start, result.end, "var(--accent)")]))
    strip_of_numbers(result.embeddings[-1])


def tint(value: float) -> str:
    """The diverging scale: blue for positive, orange for negative, clear at zero; `value` in [-1, 1]."""
    red, green, blue = (0, 114, 178) if value >= 0 else (213, 94, 0)
    return f"rgba({red},{green},{blue},{min(abs(value), 1):.2f})"
