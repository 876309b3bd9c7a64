"""One attention head at its full size: a component of ours, its script in assets/head_map.js."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.tasks.attention.schema import AttentionResult
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

    def __init__(self, weights: NDArray[np.float32], labels: tuple[str, ...], color: str, height: int) -> None:
        self.weights, self.labels, self.color, self.height = weights, labels, color, height

    def to_html(self, *, full_html: bool, include_plotlyjs: bool, config: dict[str, object]) -> str:
        """The chart as HTML."""
        names = [plotly_text(token, 16) for token in self.labels]
        labels = [f"{n} {name}" for n, name in enumerate(names)]  # a token may be there twice
        few = len(names) <= LABELS
        chart = go.Heatmap(
            x=labels,
            y=labels,
            z=self.weights,
            hovertemplate="%{y} → %{x}: %{z:.4f}<extra></extra>",
            colorscale=[[share, f"rgba({self.color},{share**0.5:.3f})"] for share in SHARES],
            zmin=0,
            showscale=False,
            xgap=int(few),
            ygap=int(few),
        )
        axis: dict[str, Any] = {"showgrid": False, "zeroline": False, "automargin": True}
        axis |= {"tickvals": labels, "ticktext": names} if few else {}
        layout = go.Layout(
            xaxis={"side": "top", "tickangle": -90, **axis},
            yaxis={"autorange": "reversed", **axis},
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            height=self.height,
            dragmode=False,
        )
        html: str = go.Figure(chart, layout).to_html(
            full_html=full_html, include_plotlyjs=include_plotlyjs, config=config
        )
        return html


def head_map(result: AttentionResult, layer: int, head: int, key: str, overview: str) -> None:
    """The first head of a result, which is this one of the network, as a heat map with its tokens: rows attend, columns
    are attended to. The overview of the key `overview` frames it."""
    weights = result.attentions[0, 0].astype(np.float32)  # (query, key)
    largest = float(weights.max())
    note = f"each row shows what one token attends to; full colour = {largest:.2f} (square-root scale)"
    show(subtitle(f"Layer {layer}, head {head}", note))
    count = len(result.labels)
    height = min(560, max(260, 100 + 30 * count))
    record(HeadChart(weights, result.labels, "{},{},{}".format(*ink()), height))
    data = {
        "weights": data_uri(png(np.round(LEVELS * np.sqrt(weights / max(largest, 1e-6))).astype(np.uint8))),
        "largest": largest,
        "labels": result.labels,
        "ink": ink(),
        "height": height,
        "layer": layer,
        "head": head,
        "overview": safe_key(overview),
        "alt": f"Attention of layer {layer}, head {head}, over {count} tokens; "
        "each row shows what one token attends to.",
    }
    _mount(key=safe_key(key), data=data)
