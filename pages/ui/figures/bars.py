"""Probabilities as bars with numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.text.phrases import chance
from pages.ui.figures.acts import button
from pages.ui.figures.markup import escape

PUT_IN = "Put it into the sentence"
NOT_ALL = "not the same for all"


@dataclass(frozen=True)
class Bar:
    """One row: `share` of the track, in [0, 1], and the number beside it; `dashed` if others lack it.

    With an `act` it can be clicked, which does what `hint` says.
    """

    label: str
    share: float
    number: str
    color: str = "var(--accent)"
    best: bool = False
    dashed: bool = False
    act: str = ""
    hint: str = ""


def probability(label: str, score: float, **style: object) -> Bar:
    """A bar of a probability, with two digits."""
    return Bar(label, score, chance(score), **style)  # type: ignore[arg-type]


def bars(rows: Iterable[Bar], alt: str) -> str:
    """The bars as a list, HTML."""
    return f'<ul class="pg-bars" aria-label="{escape(alt)}">{"".join(map(item, rows))}</ul>'


def item(bar: Bar) -> str:
    """One bar: its label, its track, its number."""
    width = 100 * min(max(bar.share, 0), 1)
    look = f"{'best' if bar.best else ''}{' dashed' if bar.dashed else ''}"
    title = f' title="{NOT_ALL}"' if bar.dashed else ""
    label = button(escape(bar.label), bar.act, bar.hint) if bar.act else escape(bar.label)
    return (
        f'<li class="{look.strip()}" style="--c:{bar.color}"{title}>'
        f'<span class="pg-bar-label" dir="auto">{label}</span>'
        f'<span class="pg-track" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'
        f'<span class="pg-bar-number">{escape(bar.number)}</span></li>'
    )
