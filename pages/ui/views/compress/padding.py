"""Batches of several kinds: their time as bars, what is computed for nothing as a picture, and both as a table."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from core.batching.report import BatchingReport
from core.batching.ways import (
    ALONE,
    AS_THEY_COME,
    CACHE,
    PACKED,
    PLAYGROUND,
    SORTED,
    TO_THE_LONGEST,
    batches_of,
    widths,
)
from pages.ui.figures.chart import BLUE, ORANGE, chart
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.views.vectors.space import GREY

NAMES = {
    ALONE: "one at a time",
    TO_THE_LONGEST: "32 together, all padded to the longest text",
    AS_THEY_COME: "32 together, each batch padded to its longest",
    SORTED: "32 together, sorted by length",
    PACKED: "packed by tokens",
    PLAYGROUND: "as the playground reads them",
    CACHE: "from the cache of results",
}
DRAWN = {TO_THE_LONGEST: "to the longest", AS_THEY_COME: "by batch", SORTED: "sorted", PACKED: "packed"}
EACH = 5  # of so many texts one is drawn
NOTHING, TOKEN, PADDING = 0, 1, 2


def bars(report: BatchingReport) -> None:
    """The seconds of each way."""
    seconds = report.seconds or {}
    show(subtitle("Time", f"{len(report.lengths):,} texts, {sum(report.lengths):,} tokens, one processor core"))
    found = go.Figure(
        go.Bar(
            y=[NAMES[way] for way in seconds],
            x=list(seconds.values()),
            orientation="h",
            marker={"color": [ORANGE if way in (PLAYGROUND, CACHE) else BLUE for way in seconds]},
            text=[f"{value:.2f} s" for value in seconds.values()],
            hovertemplate="%{y}: %{x:.3f} s<extra></extra>",
        )
    )
    found.update_layout(xaxis={"title": "seconds"}, yaxis={"autorange": "reversed"})
    chart(found, "batching-bars", "Seconds that the same texts take in each way.")
    show(f'<p class="pg-legend">{escape(in_words(report))}</p>')


def in_words(report: BatchingReport) -> str:
    """What sorting, packing and remembering bring."""
    seconds = report.seconds or {}
    if TO_THE_LONGEST not in seconds or PACKED not in seconds:
        return "It was stopped before every way was read."
    longest, packed = seconds[TO_THE_LONGEST], seconds[PACKED]
    said = [
        f"With all texts padded to the longest, {report.padding(TO_THE_LONGEST):.0%} of what is computed is padding; "
        f"packed by length, {report.padding(PACKED):.0%} is, and it is {longest / packed:.1f} times as fast."
    ]
    if PLAYGROUND in seconds:
        said.append(f"The playground itself is {packed / max(seconds[PLAYGROUND], 1e-9):.1f} times as fast as that.")
    if CACHE in seconds:
        said.append(f"What was read before takes {1000 * seconds[CACHE]:,.1f} ms from the cache.")
    return " ".join(said)


def padding(report: BatchingReport) -> None:
    """Every fifth text as a line: its tokens, and behind them the padding that is computed with it."""
    show(subtitle("What is computed", f"every {EACH}th text is a line; grey is padding"))
    found = make_subplots(1, len(DRAWN), shared_yaxes=True)
    colours = [[0, "rgba(0,0,0,0)"], [1 / 3, "rgba(0,0,0,0)"], [1 / 3, BLUE], [2 / 3, BLUE], [2 / 3, GREY], [1, GREY]]
    for place, way in enumerate(DRAWN, 1):
        lines = cells(way, report)
        found.add_trace(
            go.Heatmap(z=lines, zmin=NOTHING, zmax=PADDING, colorscale=colours, showscale=False, hoverinfo="skip"),
            1,
            place,
        )
        found.update_xaxes(title=f"{DRAWN[way]}<br>{report.padding(way):.0%} padding", row=1, col=place)
    found.update_yaxes(autorange="reversed", showticklabels=False)
    chart(found, "batching-padding-chart", "Tokens and padding of the texts, in batches of four kinds.")


def cells(way: str, report: BatchingReport) -> NDArray[np.uint8]:
    """Every fifth text in the order in which it is read, (lines, tokens of the longest text): whether each place is
    empty, a token, or padding."""
    batches = batches_of(way, report.lengths, report.budget)
    every = [
        (report.lengths[n], width)
        for batch, width in zip(batches, widths(way, batches, report.lengths), strict=True)
        for n in batch
    ][::EACH]
    lengths, padded = np.array(every).T
    columns = np.arange(max(report.lengths))
    return np.where(columns < lengths[:, None], TOKEN, np.where(columns < padded[:, None], PADDING, NOTHING)).astype(
        np.uint8
    )


def table_of_ways(report: BatchingReport) -> None:
    """All numbers."""
    seconds = report.seconds or {}
    slowest = seconds.get(TO_THE_LONGEST)
    rows = []
    for way, value in seconds.items():
        share, passes = report.padding(way), report.passes(way)
        rows.append(
            [
                NAMES[way],
                "" if passes is None else f"{passes:,}",
                "" if share is None else f"{share:.0%}",
                f"{value:.3f}",
                f"{slowest / value:,.1f}×" if slowest and value else "",
            ]
        )
    told = {"Speed": "Beside all texts padded to the longest", "Seconds": "Of one core, the median of the rounds"}
    headers = ["Way", "Batches", "Padding", "Seconds", "Speed"]
    show(subtitle("Ways to read"))
    show(table(headers, rows, "Ways to read the same texts", range(1, 5), told=told))
