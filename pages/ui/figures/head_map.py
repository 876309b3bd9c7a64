"""One attention head at its full size: a component of ours, its script in assets/head_map.js."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.inspect.attention import AttentionTable
from pages.ui.app.keys import safe_key
from pages.ui.figures.component import component
from pages.ui.figures.figure import record
from pages.ui.figures.heads import data_uri, ink, png
from pages.ui.figures.markup import plotly_text, show, subtitle

LABELS = 60  # with more tokens than this their names would overlap
BELOW = {"light": (213, 94, 0), "dark": (255, 158, 100)}  # of a difference
LEVELS = 100  # of the square root of a weight over the largest, which shows light ones too
SHARES = [n / 16 for n in range(17)]  # of the largest weight, in the file
Ink = tuple[int, int, int]
_mount = component("head_map", "map")


class HeadChart:
    """The head as a chart for a file, made when it is asked for."""

    def __init__(self, shown: AttentionTable, ink: Ink, below: Ink | None, height: int) -> None:
        self.shown, self.ink, self.below, self.height = shown, ink, below, height

    @property
    def scale(self) -> dict[str, Any]:
        """The colours, from the lightest weight, or from the least of a difference, to the largest."""
        more = [shade(self.ink, share) for share in SHARES]
        if self.below is None:
            return {"zmin": 0, "colorscale": [*zip(SHARES, more, strict=True)]}
        largest = float(np.abs(self.shown.weights).max())
        less = [shade(self.below, share) for share in SHARES]
        places = [n / (2 * len(SHARES) - 2) for n in range(2 * len(SHARES) - 1)]
        colors = [*reversed(less[1:]), *more]
        return {"zmin": -largest, "zmax": largest, "colorscale": [*zip(places, colors, strict=True)]}

    def to_html(self, *, full_html: bool, include_plotlyjs: bool, config: dict[str, object]) -> str:
        """The chart as HTML."""
        rows, columns = numbered(self.shown.query_labels), numbered(self.shown.labels)
        few = max(len(rows), len(columns)) <= LABELS
        chart = go.Heatmap(
            x=list(columns),
            y=list(rows),
            z=self.shown.weights,
            hovertemplate="%{y} → %{x}: %{z:.4f}<extra></extra>",
            **self.scale,
            showscale=False,
            xgap=int(few),
            ygap=int(few),
        )
        axis: dict[str, Any] = {"showgrid": False, "zeroline": False, "automargin": True}
        layout = go.Layout(
            xaxis={"side": "top", "tickangle": -90, **axis, **(ticks(columns) if few else {})},
            yaxis={"autorange": "reversed", **axis, **(ticks(rows) if few else {})},
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            height=self.height,
            dragmode=False,
        )
        html: str = go.Figure(chart, layout).to_html(
            full_html=full_html, include_plotlyjs=include_plotlyjs, config=config
        )
        return html


def shade(color: Ink, share: float) -> str:
    """The colour of a share of the largest weight, for plotly."""
    return "rgba({},{},{},{:.3f})".format(*color, share**0.5)


def numbered(labels: Sequence[str]) -> dict[str, str]:
    """The names of tokens by names that are there once."""
    names = [plotly_text(label, 16) for label in labels]
    return {f"{n} {name}": name for n, name in enumerate(names)}


def ticks(names: Mapping[str, str]) -> dict[str, list[str]]:
    """An axis with these names."""
    return {"tickvals": list(names), "ticktext": list(names.values())}


def head_map(shown: AttentionTable, title: str, note: str, key: str, overview: str, chosen: str) -> None:
    """One table of weights as a heat map: rows attend, columns are attended to. The overview of the key `overview`
    frames `chosen`, a head such as 3.4."""
    largest = float(shown.weights.max())
    scale = f"each row shows what one token attends to; full colour = {largest:.2f} (square-root scale)"
    show(subtitle(title, f"{note}; {scale}"))
    levels = LEVELS * np.sqrt(shown.weights / max(largest, 1e-6))
    mount(shown, levels, largest, None, title, key, {"overview": safe_key(overview), "chosen": chosen})


def difference_map(shown: AttentionTable, title: str, note: str, key: str) -> None:
    """The weights of one minus those of another in the same way: in the colour of attention what the first has more."""
    largest = float(np.abs(shown.weights).max())
    show(subtitle(title, f"{note}; full colour = {largest:.2f} (square-root scale)"))
    levels = LEVELS * (1 + np.sign(shown.weights) * np.sqrt(np.abs(shown.weights) / max(largest, 1e-6)))
    below = BELOW.get(st.context.theme.type or "light", BELOW["light"])
    mount(shown, levels, largest, below, title, key, {"overview": "", "chosen": ""})


def mount(
    shown: AttentionTable,
    levels: NDArray[np.float32],
    largest: float,
    below: Ink | None,
    title: str,
    key: str,
    framed: dict[str, str],
) -> None:
    """The component, and the chart for the file."""
    rows, columns = shown.query_labels, shown.labels
    height = min(560, max(260, 100 + 30 * len(rows)))
    record(HeadChart(shown, ink(), below, height))
    data = {
        "weights": data_uri(png(np.round(levels).astype(np.uint8))),
        "largest": largest,
        "rows": rows,
        "columns": columns,
        "ink": ink(),
        "below": below,
        "height": height,
        "alt": f"{title}: attention of {len(rows)} tokens; each row shows what one token attends to.",
        **framed,
    }
    _mount(key=safe_key(key), data=data)
