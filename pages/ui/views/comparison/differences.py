"""What one result has more or less of than another: signed bars, and for attention a table of all heads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.catalog import Checkpoint
from core.comparison.agreement import Difference
from core.text.phrases import chance
from pages.ui.app.families import badge
from pages.ui.figures.chart import BLUE, ORANGE
from pages.ui.figures.markup import escape, shorten, two_digits
from pages.ui.figures.tint import tint

MOST = 12  # bars
HEAD_LEGEND = "divergence in bits; one row per layer, one column per head"
SMALLEST_SCALE = 0.1  # differences below this do not fill the track


def signed_bars(found: Sequence[Difference], colors: tuple[str, str] = (ORANGE, BLUE)) -> str:
    """The largest differences as bars from a middle line, to the left (less) or to the right (more), HTML."""
    scale = max(SMALLEST_SCALE, *(abs(one.size) for one in found))
    rows = "".join(item(one, scale, colors) for one in found[:MOST])
    return f'<ul class="pg-bars pg-signed" aria-label="Differences, the largest first">{rows}</ul>'


def signed_legend(found: Sequence[Difference]) -> str:
    """What the colours say, and in which unit."""
    return f"blue: more {found[0].unit}, orange: less"


def sides(left: Checkpoint, right: Checkpoint) -> str:
    """Whose the bars to the left and to the right are, HTML."""
    return (
        f'<div class="pg-sides"><span>← {badge(left.family)} {escape(shorten(left.name))}</span>'
        f"<span>{badge(right.family)} {escape(shorten(right.name))} →</span></div>"
    )


def item(one: Difference, scale: float, colors: tuple[str, str]) -> str:
    """One bar: its name, its track with the middle line, its number."""
    share = one.size / scale
    left = 50 + min(share, 0) * 50
    shown = chance if one.unit == "probability" else two_digits
    title = f"{shown(one.before)} → {shown(one.after)} {one.unit}"
    return (
        f'<li title="{escape(title)}"><span class="pg-bar-label" dir="auto">{escape(one.name)}</span>'
        f'<span class="pg-track" aria-hidden="true"><i style="margin-left:{left:.1f}%;width:{abs(share) * 50:.1f}%;'
        f'--c:{colors[share >= 0]}"></i></span>'
        f'<span class="pg-bar-number">{number(one)}</span></li>'
    )


def number(one: Difference) -> str:
    """The difference with its sign; with the sign of what it is at least where only that is known."""
    bound = ("≥ " if one.size > 0 else "≤ ") if one.at_least else ""
    sign = "+" if round(one.size, 2) > 0 else ""
    return f"{bound}{sign}{two_digits(one.size)}"


def head_table(divergences: NDArray[np.float32]) -> str:
    """The divergence of each head, (layers, heads), on a scale up to the largest of them, HTML."""
    largest = max(float(divergences.max()), 1e-6)
    columns = "".join(f'<th scope="col">{n}</th>' for n in range(1, divergences.shape[1] + 1))
    rows = "".join(
        f'<tr><th scope="row">{layer}</th>'
        + "".join(head_cell(float(value), largest, layer, head) for head, value in enumerate(row, 1))
        + "</tr>"
        for layer, row in enumerate(divergences, 1)
    )
    alt = "Divergence of each head in bits; one row per layer, one column per head"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix pg-head-table">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def head_cell(value: float, largest: float, layer: int, head: int) -> str:
    """One head on its colour."""
    title = f"Layer {layer}, head {head}: {value:.4f} bits"
    return f'<td style="--v:{tint(value / largest)}" title="{title}">{two_digits(value).removeprefix("0")}</td>'
