"""Probabilities as bars with numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from pages.ui.html import escape


@dataclass(frozen=True)
class Bar:
    """One row: `share` of the track, in [0, 1], and the number beside it."""

    label: str
    share: float
    number: str
    color: str = "var(--accent)"
    best: bool = False


def probability(label: str, score: float, **style: object) -> Bar:
    """A bar of a probability, with two digits."""
    return Bar(label, score, f"{score:.2f}", **style)  # type: ignore[arg-type]


def bars(rows: Iterable[Bar], alt: str) -> str:
    """The bars as a list, HTML."""
    items = "".join(
        f'<li class="{"best" if row.best else ""}" style="--c:{row.color}"><span class="pg-bar-label" dir="auto">{escape(row.label)}</span>'
        f'<span class="pg-track" aria-hidden="true"><i style="width:{100 * min(max(row.share, 0), 1):.1f}%"></i></span>'
        f'<span class="pg-bar-number">{escape(row.number)}</span></li>'
        for row in rows
    )
    return f'<ul class="pg-bars" aria-label="{escape(alt)}">{items}</ul>'
