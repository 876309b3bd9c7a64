"""Versions of a network drawn by what they cost and how good they are, and as a table."""

import plotly.graph_objects as go
import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.comparison.certainty import SURE, percent_said
from core.compression.report import CompressedPoint, CompressionReport
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, chart
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.inputs.kept import kept
from pages.ui.views.vectors.space import GREY

COSTS = {"A text alone": "alone_ms", "32 texts together": "batch_ms", "Size": "mb"}
LOOKS = {  # what the methods are called in the legend, with a colour and a shape each
    "fp32": ("as it is", GREY, "star"),
    "int8": ("int8", ORANGE, "square"),
    "bf16": ("bf16", BLUE, "circle"),
    "fused": ("bf16, fused", SKY, "circle-open"),
    "heads": ("fewer heads", GREEN, "triangle-up"),
    "layers": ("fewer layers", PINK, "diamond"),
    "exit": ("early exit", YELLOW, "x"),
}
PAPERS = (
    "In the papers: half of BERT’s heads removed made it 1.9% faster on single texts and 17.5% in batches of 16 "
    '(<a href="https://arxiv.org/abs/1905.10650">Michel et al. 2019</a>); early exits saved 9 to 24% at a loss of at '
    'most one point (<a href="https://arxiv.org/abs/2004.12993">Xin et al. 2020, DeeBERT</a>).'
)


def picture(report: CompressionReport, measure: str, row: Checkpoint) -> CompressedPoint:
    """All versions, cost from left to right and score upwards, and what the marked one gains and loses; that one."""
    assert report.start
    points = report.points
    show(subtitle("Quality and cost", f"{measure} on {report.start.held_out:,} held-out rows, with standard errors"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="quantise-marking"):
        cost = st.segmented_control("Cost", list(COSTS), default="A text alone", required=True, **kept("quantise_cost"))
        labels = [one.label for one in points]
        label = st.selectbox("Marked version", labels, index=min(1, len(labels) - 1), key="quantise_marked")
    field, marked = COSTS[str(cost)], points[labels.index(label)]
    chart(drawn(points, marked, field, measure), "quantise-chart", f"{len(points)} versions by cost and {measure}.")
    show(f'<p class="pg-legend">{escape(in_words(marked, points[0]))}</p>')
    if report.start.majority:
        show(f'<p class="pg-legend">Always saying the most frequent label: {report.start.majority:.0%}.</p>')
    return marked


def drawn(points: tuple[CompressedPoint, ...], marked: CompressedPoint, field: str, measure: str) -> go.Figure:
    """The chart; the versions of one method are joined by a line, the marked one has a ring."""
    found = go.Figure()
    for method, (name, colour, shape) in LOOKS.items():
        own = [one for one in points if one.method == method]
        if own:
            found.add_trace(
                go.Scatter(
                    x=[getattr(one, field) for one in own],
                    y=[one.score for one in own],
                    error_y={"type": "data", "array": [one.error for one in own], "thickness": 1, "width": 3},
                    name=name,
                    mode="lines+markers",
                    line={"color": colour, "width": 1, "dash": "dot"},
                    marker={"color": colour, "size": 11, "symbol": shape},
                    text=[one.label for one in own],
                    hovertemplate="%{text}: %{x:.3g}, %{y:.1%}<extra></extra>",
                )
            )
    found.add_trace(
        go.Scatter(
            x=[getattr(marked, field)],
            y=[marked.score],
            mode="markers",
            marker={"size": 24, "symbol": "circle-open", "color": ORANGE, "line": {"width": 3}},
            name="marked",
            hoverinfo="skip",
        )
    )
    unit = "megabytes" if field == "mb" else "milliseconds of one core, a text"
    found.update_layout(
        xaxis={"title": unit, "rangemode": "tozero"},
        yaxis={"title": measure, "tickformat": ".0%"},
    )
    return found


def in_words(one: CompressedPoint, before: CompressedPoint) -> str:
    """What a version gains and loses beside the network as it is."""
    if one is before:
        return f"The network as it is takes {before.mb:,.1f} MB and {before.alone_ms:.1f} ms for a text alone."
    change = f"{100 * one.change:+.1f} ± {100 * one.change_error:.1f} points".replace("-", "−")
    known = " (no more than chance does)" if abs(one.change) <= SURE * one.change_error else ""
    speeds = ", ".join(
        f"{then / now:.2f} times as fast {how}"
        for how, then, now in (
            ("alone", before.alone_ms, one.alone_ms),
            ("32 together", before.batch_ms, one.batch_ms),
        )
    )
    used = f" A text leaves after {one.layers_used:.1f} layers on average." if one.layers_used else ""
    return f"{one.label}: {one.mb / before.mb:.0%} of the size, {speeds}; score {change}{known}.{used}"


def table_of_versions(report: CompressionReport, measure: str) -> None:
    """All numbers."""
    before = report.points[0]
    cells = [
        [
            escape(one.label),
            f"{one.mb:,.1f}",
            f"{one.alone_ms:.2f}",
            f"{before.alone_ms / one.alone_ms:.2f}×",
            f"{one.batch_ms:.2f}",
            f"{before.batch_ms / one.batch_ms:.2f}×",
            percent_said(one.score, one.error, report.start.held_out if report.start else 0),
            "" if one is before else f"{100 * one.change:+.1f} ± {100 * one.change_error:.1f}".replace("-", "−"),
        ]
        for one in report.points
    ]
    headers = ["Version", "MB", "ms alone", "speed", "ms in 32", "speed in 32", f"{measure}, %", "change, points"]
    told = {
        "MB": "The file of the weights",
        "ms alone": "Milliseconds of one processor core for a text that is read alone, the median of several rounds",
        "ms in 32": "The same for one of 32 texts that are read together",
        "change, points": "Beside the network as it is, on the same rows, with the standard error of the difference",
    }
    show(subtitle("Smaller versions"))
    show(table(headers, cells, "Smaller versions of the network", range(1, 8), told=told))
    show(f'<p class="pg-legend">{PAPERS}</p>')
