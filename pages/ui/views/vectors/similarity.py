"""Cosines: of a pair among unrelated pairs, of all with all, of one text with many."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from core.vectors.baseline import Baseline
from core.vectors.nearest import Hit
from core.vectors.similarity import ComparedTexts, JudgedPair, Ranking, WordPlaces
from pages.ui.answers.sentence_similarity import similarity
from pages.ui.figures.bars import Bar, bars
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, shorten, show, subtitle, two_digits
from pages.ui.figures.tint import tint

BINS = 60


def judged(pair: JudgedPair) -> None:
    """The cosine above a histogram of unrelated pairs on the same axis, and where it stands among them in words."""
    similarity(pair)
    counts, _ = np.histogram(pair.baseline.cosines, BINS, (-1, 1))
    cells = "".join(f'<i style="height:{100 * count / counts.max():.0f}%"></i>' for count in counts)
    place = 50 * (1 + pair.similarity)
    count = f"{len(pair.baseline.cosines):,}"
    show(
        subtitle("Among pairs of unrelated sentences", f"{count} pairs of the bundled sentences on different topics")
        + f'<div class="pg-histogram" role="img" aria-label="Cosines of unrelated pairs">{cells}'
        f'<b style="left:{place:.1f}%"></b></div>'
        f'<p class="pg-legend">{standing(pair)}</p>'
    )


def standing(pair: JudgedPair) -> str:
    """Where the pair stands, in words; safe HTML."""
    share, usual = pair.baseline.share_below(pair.similarity), two_digits(pair.baseline.percentile(0.5))
    below, above = f"{100 * min(share, 0.999):.1f}%", f"{100 * min(1 - share, 0.999):.1f}%"
    if share in (0, 1):
        place = f"{'more' if share else 'less'} similar than <b>any</b> of them"
    else:
        place = (
            f"more similar than <b>{below}</b> of them" if share >= 0.5 else f"less similar than <b>{above}</b> of them"
        )
    verdict = "far above chance" if share > 0.999 else "remarkable" if share > 0.95 else "nothing unusual"
    return f"This pair is {place}: {verdict}. For this model, unrelated pairs have a median of {usual}."


def usual(baseline: Baseline) -> None:
    """What unrelated pairs come to, as one line above other cosines."""
    middle, high = (two_digits(baseline.percentile(share)) for share in (0.5, 0.95))
    centred = ", after centring" if baseline.centred else ""
    show(
        f'<p class="pg-legend">For this model, pairs of unrelated sentences score about <b>{middle}</b>{centred}, '
        f"and 5% of these pairs score above <b>{high}</b>.</p>"
    )


def compared(result: ComparedTexts, *, sort: bool) -> None:
    """All pairs; with `sort`, similar texts next to each other."""
    usual(result.baseline)
    matrix(result.texts, result.similarities, alike_together(result.similarities) if sort else None)


def places(result: WordPlaces, layer: int) -> None:
    """The texts with the word marked, and the similarities of its places on a layer, similar ones together."""
    order = alike_together(result.similarities[layer])
    lines = "".join(
        marked(result.texts[n], [Mark(*result.spans[n], "var(--accent)", title=f"Text {n + 1}")]) for n in order
    )
    show(f'<div class="pg-lines">{lines}</div>')
    show(subtitle(f"Layer {layer}", "similarity of the word in each pair of texts"))
    matrix(result.texts, result.similarities[layer], order)


def matrix(sentences: Sequence[str], cosines: NDArray[np.float32], order: Sequence[int] | None = None) -> None:
    """All pairs as a table of tinted cells, in `order` if given. `cosines` has shape (sentences, sentences)."""
    places = list(range(len(sentences)) if order is None else order)
    columns = "".join(f'<th scope="col" title="{escape(sentences[n])}">{n + 1}</th>' for n in places)
    rows = "".join(
        f'<tr><th scope="row" dir="auto" title="{escape(sentences[n])}"><b>{n + 1}</b> '
        f"<bdi>{escape(shorten(sentences[n], 70))}</bdi></th>"
        + "".join(cell(float(cosines[n, m]), sentences[n], sentences[m]) for m in places)
        + "</tr>"
        for n in places
    )
    alt = f"Cosines of {len(sentences)} sentences, all pairs"
    show(
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(value: float, row: str, column: str) -> str:
    """One cosine on its colour."""
    title = f"{value:.4f}: {shorten(row)} / {shorten(column)}"
    return f'<td style="--v:{tint(value)}" title="{escape(title)}">{two_digits(value)}</td>'


def alike_together(similarities: NDArray[np.float32]) -> list[int]:
    """An order that groups similar texts: the leaves of an average-linkage tree. (texts, texts)"""
    if len(similarities) < 3:
        return list(range(len(similarities)))
    distances = squareform(np.clip(1 - similarities, 0, 2), checks=False)
    return [int(n) for n in leaves_list(linkage(distances, "average", optimal_ordering=True))]


def ranking(result: Ranking, most: int = 20) -> None:
    """The texts nearest to the query, below a word on what is usual."""
    usual(result.baseline)
    hits(result.texts, result.hits[:most])


def found(result: Ranking) -> None:
    """The texts of a corpus that were found, and how long the search took."""
    usual(result.baseline)
    show(
        subtitle(
            f"Found in {result.search_ms:.1f} ms",
            f"among {len(result.texts):,} text{'s' if len(result.texts) > 1 else ''}",
        )
    )
    hits(result.texts, result.hits)


def hits(texts: Sequence[str], found: Sequence[Hit]) -> None:
    """The texts that were found, best first, each with its cosine; a click gives its place."""
    rows = [
        Bar(
            shorten(texts[hit.place], 200),
            hit.similarity,
            two_digits(hit.similarity),
            best=n == 0,
            act=str(hit.place),
            hint="Compare the two texts",
        )
        for n, hit in enumerate(found)
    ]
    show('<p class="pg-legend pg-hint">Click a text to see this pair alone.</p>')
    show(f'<div class="pg-wide-labels">{bars(rows, "Nearest sentences and their cosines")}</div>')
