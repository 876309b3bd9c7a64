"""What the trained head reads from every layer: the best word for each token, the words of each gap layer by layer."""

import plotly.graph_objects as go

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.logit_lens.schema import FollowedWord, LensGap, LogitLensResult
from core.text.phrases import chance, quoted
from pages.ui.answers.picture import Picture
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, chart
from pages.ui.figures.markup import escape, plotly_text, show, subtitle, table
from pages.ui.figures.tint import tint
from pages.ui.inputs.forms import Form, Place

MOST = 64  # tokens that are drawn
COLORS = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY)
DECODER = (
    "This DeBERTa predicts words with a decoder of its own, which applies the last layer twice. The last column shows "
    "that decoder; the others show the layers below it."
)


def lens(result: LogitLensResult, odd: Odd = UNMARKED) -> None:
    """From which layer each gap has its word, then the best word for every token on every layer."""
    for n, gap in enumerate(result.gaps, 1):
        settled(gap, f"Gap {n}" if len(result.gaps) > 1 else "The gap", result.depth)
    words_by_layer(result)


def settled(gap: LensGap, name: str, depth: int) -> None:
    """From which layer the words followed come first in a gap."""
    sentences = "".join(f"<li>{escape(told(word, gap, depth))}</li>" for word in gap.followed)
    show(f'{subtitle(name)}<ul class="pg-told" dir="auto">{sentences}</ul>')


def told(word: FollowedWord, gap: LensGap, depth: int) -> str:
    """From which layer a word stays first, or how far it comes, in words. Tokens that make no word in the gap count for
    ranks, so that the best word there may not come first."""
    name = quoted(word.text)
    if not word.ranks:
        return f"{name} is not one token of this vocabulary, so it has no rank"
    if word.stays is not None:
        return f"{name} comes first from {place(word.stays)} on, of {depth}"
    if word.ranks[-1] > 1 and best_word(gap, depth) == word.text:
        start = next(n for n in range(depth, -1, -1) if n == 0 or best_word(gap, n - 1) != word.text)
        return (
            f"{name} is the best word from {place(start)} on, of {depth}; in the end it is {ordinal(word.ranks[-1])}, "
            "because better tokens make no word here"
        )
    best = min(word.ranks)
    if best == 1 and word.first is not None:
        return f"{name} comes first in {place(word.first)}, and {ordinal(word.ranks[-1])} in the end"
    return f"{name} never comes first; its best rank is {best:,}, in {place(word.ranks.index(best))}"


def best_word(gap: LensGap, layer: int) -> str:
    """The best word of a gap on a layer; empty where none is among the best tokens."""
    fills = gap.layers[layer]
    return fills[0].text if fills else ""


def place(layer: int) -> str:
    """The layer in words."""
    return f"layer {layer}" if layer else "the embeddings"


def ordinal(rank: int) -> str:
    """The rank as it stands in a sentence."""
    return f"on rank {rank:,}"


def words_by_layer(result: LogitLensResult) -> None:
    """The grid of tokens and layers."""
    count = len(result.labels)
    note = "" if count <= MOST else f"the first {MOST} of {count} tokens"
    show(subtitle("The best word for every token, layer by layer", note))
    show(
        '<p class="pg-legend" dir="auto">Each row is a token, each column a layer (0: embeddings): the word that the '
        f"trained head would predict there, and its probability. {DECODER if result.decoder else ''}</p>"
    )
    show(grid(result))


def grid(result: LogitLensResult) -> str:
    """One row per token, one column per layer, HTML; the stronger the colour, the more probable."""
    columns = "".join(f'<th scope="col">{layer}</th>' for layer in range(result.depth + 1))
    gaps = {(gap.start, gap.end) for gap in result.gaps}
    rows = "".join(
        f"<tr{' class=pg-gap-row' if span in gaps else ''}>"
        f'<th scope="row" dir="auto" title="{escape(label)}">{escape(label)}</th>'
        + "".join(
            cell(result.best[layer][n], float(result.scores[layer, n]), layer, label)
            for layer in range(result.depth + 1)
        )
        + "</tr>"
        for n, (label, span) in enumerate(zip(result.labels[:MOST], result.offsets, strict=False))
    )
    alt = "The best word for each token on each layer; one row per token, one column per layer"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}">'
        f'<table class="pg-matrix pg-head-table pg-token-table pg-lens-table" style="--layers:{result.depth + 1}">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(word: str, score: float, layer: int, label: str) -> str:
    """The best word for one token on one layer."""
    title = f"{place(layer).capitalize()}, at “{label}”: “{word}” {score:.4f}"
    number = chance(score).removeprefix("0")
    return (
        f'<td style="--v:{tint(0.75 * score)}" title="{escape(title)}"><span dir="auto">{escape(word)}</span>'
        f"<small>{escape(number)}</small></td>"
    )


def curves(gap: LensGap, key: str) -> None:
    """The ranks of the words followed in a gap, layer by layer, as a chart, and with their probabilities as a table."""
    known = [word for word in gap.followed if word.ranks]
    if not known:
        return
    layers = list(range(len(known[0].ranks)))
    lines = [
        go.Scatter(
            x=layers,
            y=word.ranks,
            customdata=word.scores,
            name=plotly_text(word.text),
            mode="lines+markers",
            line={"color": COLORS[n % len(COLORS)], "width": 2},
            hovertemplate="layer %{x}: rank %{y:,}, probability %{customdata:.4f}",
        )
        for n, word in enumerate(known)
    ]
    figure = go.Figure(lines)
    figure.update_layout(
        xaxis={"title": "layer (0: embeddings)", "dtick": 1},
        yaxis={"title": "rank", "type": "log", "autorange": "reversed", "dtick": 1},
        showlegend=True,
    )
    show(subtitle("Ranks of the words followed", "1: comes first in the whole vocabulary"))
    chart(figure, key, f"The rank of {len(known)} words on {len(layers)} layers.")
    rows = [
        [str(layer), escape(fills[0].text), escape(chance(fills[0].score))]
        + [part for word in known for part in (f"{word.ranks[layer]:,}", escape(chance(word.scores[layer])))]
        for layer, fills in enumerate(gap.layers)
    ]
    names = [part for word in known for part in (f"Rank of {quoted(word.text, 20)}", "Probability")]
    headers = ["Layer", "Best word", "Probability", *names]
    show(
        table(
            headers,
            rows,
            "The best word on each layer, and the words followed",
            range(2, len(headers)),
        )
    )


FORM = Form({"text": "Sentence, with ___ for a hidden word"}, place=Place("layers.py", "lens"))
PICTURE = Picture(
    lens,
    "the word that comes first in the end is the same",
    "word",
    models=("minilm-fill-mask", "mini-roberta"),
)
