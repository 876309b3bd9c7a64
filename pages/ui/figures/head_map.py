"""One attention head at its full size: a component of ours, its script in assets/head_map.js."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.inspect.attention import AttentionTable
from pages.ui.app.keys import safe_key
from pages.ui.figures.component import component
from pages.ui.figures.figure import record
from pages.ui.figures.heads import data_uri, ink, png
from pages.ui.figures.markup import plotly_text, show, subtitle

LABELS = 60  # with more tokens than this their names would overlap
LEVELS = 100  # of the square root of a weight over the largest, which shows light ones too
SHARES = [n / 16 for n in range(17)]  # of the largest weight, in the file
_mount = component("head_map", "map")


class HeadChart:
    """The head as a chart for a file, made when it is asked for."""

    def __init__(self, shown: AttentionTable, color: str, height: int) -> None:
        self.shown, self.color, self.height = shown, color, height

    def to_html(self, *, full_html: bool, include_plotlyjs: bool, config: dict[str, object]) -> str:
        """The chart as HTML."""
        rows, columns = numbered(self.shown.query_labels), numbered(self.shown.labels)
        few = max(len(rows), len(columns)) <= LABELS
        chart = go.Heatmap(
            x=list(columns),
            y=list(rows),
            z=self.shown.weights,
            hovertemplate="%{y} → %{x}: %{z:.4f}<extra></extra>",
            colorscale=[[share, f"rgba({self.color},{share**0.5:.3f})"] for share in SHARES],
            zmin=0,
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
    rows, columns = shown.query_labels, shown.labels
    height = min(560, max(260, 100 + 30 * len(rows)))
    record(HeadChart(shown, "{},{},{}".format(*ink()), height))
    data = {
        "weights": data_uri(png(np.round(LEVELS * np.sqrt(shown.weights / max(largest, 1e-6))).astype(np.uint8))),
        "largest": largest,
        "rows": rows,
        "columns": columns,
        "ink": ink(),
        "height": height,
        "overview": safe_key(overview),
        "chosen": chosen,
        "alt": f"{title}: attention of {len(rows)} tokens; each row shows what one token attends to.",
    }
    _mount(key=safe_key(key), data=data)
