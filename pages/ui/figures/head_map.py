"""One attention head at its full size."""

import numpy as np
import plotly.graph_objects as go

from core.tasks.attention.schema import AttentionResult
from pages.ui.figures.chart import chart
from pages.ui.figures.heads import ink
from pages.ui.figures.markup import plotly_text, show, subtitle

LABELS = 60  # with more tokens than this their names would overlap
SHARES = [n / 16 for n in range(17)]  # of the largest weight; colour grows with the square root, to show light ones too


def head_map(result: AttentionResult, layer: int, head: int, key: str) -> None:
    """One head as a heat map with its tokens: rows take, columns give. Layers and heads count from 1."""
    weights = result.attentions[layer - 1, head - 1].astype(np.float32)
    note = f"each row shows what one token attends to; full colour = {float(weights.max()):.2f} (square-root scale)"
    show(subtitle(f"Layer {layer}, head {head}", note))
    names = [plotly_text(token, 16) for token in result.labels]
    labels = [f"{n} {name}" for n, name in enumerate(names)]  # a token may be there twice
    color = "{},{},{}".format(*ink())
    ticks = {"tickvals": labels, "ticktext": names} if len(names) <= LABELS else {}
    figure = go.Figure(
        go.Heatmap(
            x=labels,
            y=labels,
            z=weights,
            hovertemplate="%{y} → %{x}: %{z:.4f}<extra></extra>",
            colorscale=[[share, f"rgba({color},{share**0.5:.3f})"] for share in SHARES],
            zmin=0,
            showscale=False,
            xgap=1 if len(names) <= LABELS else 0,
            ygap=1 if len(names) <= LABELS else 0,
        )
    )
    figure.update_layout(
        xaxis={"side": "top", "tickangle": -90, "showgrid": False, "zeroline": False, **ticks},
        yaxis={"autorange": "reversed", "showgrid": False, "zeroline": False, **ticks},
    )
    alt = (
        f"Attention of layer {layer}, head {head}, over {len(names)} tokens; each row shows what one token attends to."
    )
    chart(figure, key, alt, height=min(560, max(260, 100 + 30 * len(names))))
