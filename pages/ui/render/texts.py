"""Results about whole texts: classes, one vector, the similarity of two, of many, and search hits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.agreement.basis import UNMARKED, Odd
from core.results import FeatureExtractionResult, SentenceSimilarityResult, TextClassificationResult
from pages.ui.markup import escape, shorten, show, two_digits
from pages.ui.render.bars import Bar, bars, probability

NUMBERS_SHOWN = 8


def labels(result: TextClassificationResult, odd: Odd = UNMARKED) -> None:
    """Classes as bars, most probable first; those in `odd` are dashed."""
    best = result.labels[0]
    rows = [probability(c.label, c.score, best=c is best, dashed=c.label in odd) for c in result.labels]
    show(bars(rows, "Classes and probabilities"))


def similarity(result: SentenceSimilarityResult, odd: Odd = UNMARKED) -> None:
    """The cosine as a number and as a place between -1 and 1."""
    place = 50 * (1 + result.similarity)
    show(
        f'<div class="pg-cosine"><b>{two_digits(result.similarity)}</b><span>cosine</span></div>'
        f'<div class="pg-axis" aria-hidden="true"><i style="left:{place:.1f}%"></i></div>'
        '<div class="pg-axis-ends" aria-hidden="true">'
        "<span>−1 opposite</span><span>0</span><span>1 same direction</span></div>"
    )


def vector(result: FeatureExtractionResult, odd: Odd = UNMARKED) -> None:
    """The vector as a strip of coloured cells, and its first numbers."""
    values = result.embedding
    largest = float(np.abs(values).max()) or 1.0
    cells = "".join(f'<i style="--v:{tint(float(v) / largest)}"></i>' for v in values)
    first = ", ".join(f"{v:+.4f}" for v in values[:NUMBERS_SHOWN])
    alt = f"{len(values)} numbers of the vector, blue positive, orange negative"
    length = float(np.linalg.norm(values))
    show(
        f'<div class="pg-strip" role="img" aria-label="{alt}">{cells}</div>'
        f'<p class="pg-numbers"><b>{len(values)} numbers</b>, length {length:.2f}: <code>{first}, …</code></p>'
    )


def matrix(sentences: Sequence[str], cosines: NDArray[np.float32]) -> None:
    """All against all as a table of tinted cells. `cosines` has shape (sentences, sentences)."""
    columns = "".join(f'<th scope="col" title="{escape(s)}">{n}</th>' for n, s in enumerate(sentences, 1))
    rows = "".join(
        f'<tr><th scope="row" dir="auto" title="{escape(s)}"><b>{n}</b> <bdi>{escape(shorten(s, 70))}</bdi></th>'
        + "".join(cell(float(v), s, other) for v, other in zip(row, sentences, strict=True))
        + "</tr>"
        for n, (s, row) in enumerate(zip(sentences, cosines, strict=True), 1)
    )
    alt = f"Cosines of {len(sentences)} sentences, all against all"
    show(
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(value: float, row: str, column: str) -> str:
    """One cosine on its colour."""
    title = f"{value:.4f}: {shorten(row)} / {shorten(column)}"
    return f'<td style="--v:{tint(value)}" title="{escape(title)}">{two_digits(value)}</td>'


def tint(value: float) -> str:
    """The diverging scale: blue for positive, orange for negative, clear at zero; `value` in [-1, 1]."""
    red, green, blue = (0, 114, 178) if value >= 0 else (213, 94, 0)
    return f"rgba({red},{green},{blue},{min(abs(value), 1):.2f})"


def hits(sentences: Sequence[str], cosines: NDArray[np.float32], most: int = 10) -> None:
    """The sentences nearest to the query, best first. `cosines` has shape (sentences,)."""
    best = np.argsort(-cosines, kind="stable")[:most]
    rows = [
        Bar(sentences[i], float(cosines[i]), two_digits(float(cosines[i])), best=n == 0) for n, i in enumerate(best)
    ]
    show(f'<div class="pg-wide-labels">{bars(rows, "Nearest sentences and their cosines")}</div>')
