"""Vector spaces as charts: a pair on every layer, the places of a word on every layer, a map of many texts."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.vectors.projection import Plane
from core.vectors.similarity import LayerSweep, WordPlaces
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, chart
from pages.ui.figures.markup import plotly_text, show, subtitle

MOST_COLORS = 12
OTHERS = "all others"
GREY = "#8A929C"
COLORS = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY)
SYMBOLS = ("circle", "diamond")  # so that twelve groups differ in colour or form


def sweep(result: LayerSweep, key: str) -> None:
    """The pair on every layer, one line per pooling, over the band of unrelated pairs."""
    layers = list(range(len(result.low)))
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    lines = [
        go.Scatter(x=layers, y=result.low, showlegend=False, **band),
        go.Scatter(
            x=layers, y=result.high, fill="tonexty", fillcolor="rgba(138,146,156,.28)", name="unrelated pairs", **band
        ),
    ]
    lines += [
        line(layers, values, pooling, color)
        for (pooling, values), color in zip(result.similarities.items(), (BLUE, ORANGE, GREEN), strict=False)
    ]
    figure = go.Figure(lines)
    figure.update_layout(xaxis={"title": "layer (0: embeddings)", "dtick": 1}, yaxis={"title": "cosine"})
    show(subtitle("Layer by layer", "the band holds 90% of unrelated pairs"))
    chart(
        figure, key, f"The cosine of the pair on {len(layers)} layers with {len(result.similarities)} kinds of pooling."
    )


def places_by_layer(result: WordPlaces, key: str) -> None:
    """How alike the places of a word are on each layer: the nearest two, all on average, the farthest two."""
    pairs = np.triu_indices(len(result.texts), 1)
    cosines = result.similarities[:, *pairs]  # (layers + 1, pairs)
    layers = list(range(len(cosines)))
    values = {"most similar": cosines.max(1), "on average": cosines.mean(1), "least similar": cosines.min(1)}
    figure = go.Figure(
        [line(layers, y, name, color) for (name, y), color in zip(values.items(), (BLUE, GREY, ORANGE), strict=True)]
    )
    figure.update_layout(xaxis={"title": "layer (0: embeddings)", "dtick": 1}, yaxis={"title": "cosine"})
    show(subtitle("Layer by layer", "similarity over all pairs of texts"))
    chart(figure, key, f"How similar the word is between texts on {len(layers)} layers.")


def line(layers: Sequence[int], values: Sequence[float] | NDArray[np.float32], name: str, color: str) -> go.Scatter:
    """One line over the layers."""
    return go.Scatter(
        x=list(layers),
        y=list(values),
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2},
        hovertemplate=f"layer %{{x}}, {name}: %{{y:.4f}}<extra></extra>",
    )


def plane(result: Plane, texts: Sequence[str], groups: Sequence[str], key: str) -> None:
    """The points with their texts behind them, coloured by group: the largest apart, all others together."""
    names = [groups[n] for n in result.places] if groups else [""] * len(result.places)
    counts = Counter(names)
    largest = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_COLORS]
    names = [name if name in largest else OTHERS for name in names]
    ranked = [*largest, OTHERS] if OTHERS in names else largest
    figure = go.Figure([points(result, texts, names, name, rank) for rank, name in enumerate(ranked)])
    axes = [f"{100 * share:.0f}% of the variance" for share in result.variance] or ["", ""]
    plain = {"showticklabels": False, "zeroline": False}
    figure.update_layout(
        xaxis={"title": axes[0], **plain}, yaxis={"title": axes[1], **plain}, showlegend=len(ranked) > 1
    )
    chart(figure, key, f"A map of {len(names)} texts; nearby points are similar.", height=520)


def points(result: Plane, texts: Sequence[str], names: Sequence[str], name: str, rank: int) -> go.Scatter:
    """The points of one group."""
    inside = [n for n, one in enumerate(names) if one == name]
    return go.Scatter(
        x=result.points[inside, 0],
        y=result.points[inside, 1],
        name=plotly_text(name),
        mode="markers",
        text=[plotly_text(texts[result.places[n]], 90) for n in inside],
        hovertemplate="%{text}<extra>" + plotly_text(name) + "</extra>",
        marker={
            "color": COLORS[rank % len(COLORS)] if rank < MOST_COLORS else GREY,
            "symbol": SYMBOLS[rank // len(COLORS) % len(SYMBOLS)],
            "size": 8 if len(names) < 500 else 5,
            "opacity": 0.8,
        },
    )
