"""What faithfulness looks like, of one text or of many: a line for each method over the band of random orders."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.inspect.faithfulness import FRACTIONS
from core.inspect.methods import METHODS
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, chart
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import escape, show, subtitle, two_digits

GREY = "#777777"
HEIGHT = 460  # pixels: on a phone each method has a line of the legend
COLORS = dict(zip(METHODS, (BLUE, SKY, GREEN, ORANGE, PINK, YELLOW, GREY), strict=True))
PICTURES = (  # title, what the numbers say, part of the key
    ("Without the first words", "the higher, the more the answer needs them", "without"),
    ("With the first words alone", "the lower, the more they suffice", "only"),
)


def both_curves(
    named: Mapping[str, NDArray[np.float64]], random: NDArray[np.float64], measure: str, checkpoint: str
) -> None:
    """Two pictures. `named` holds the falls of each method, (2, fractions), `random` those of random orders,
    (orders, 2, fractions)."""
    for n, (title, note, part) in enumerate(PICTURES):
        with figure(title, f"{part}-{checkpoint}"):
            show(subtitle(title, note))
            lines = {name: falls[n] for name, falls in named.items()}
            curves(lines, random[:, n], measure, f"{title}: {note}", f"{part}-{checkpoint}-chart")


def curves(
    lines: Mapping[str, NDArray[np.float64]], random: NDArray[np.float64], measure: str, alt: str, key: str
) -> None:
    """One line for each method, (fractions,), over the band of the random orders, (orders, fractions)."""
    shares = [100 * fraction for fraction in FRACTIONS]
    low, high = np.quantile(random, (0.05, 0.95), axis=0)
    band = go.Scatter(
        x=[*shares, *shares[::-1]],
        y=[*high, *low[::-1]],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor="rgba(128,128,128,0.25)",
        name="random orders (90 %)",
        hoverinfo="skip",
    )
    drawn = [
        go.Scatter(
            x=shares,
            y=list(falls),
            name=METHODS[name].title,
            mode="lines+markers",
            line={"color": COLORS[name], "width": 2},
            hovertemplate="%{x:.0f} % of the words: %{y:+.3f}",
        )
        for name, falls in lines.items()
    ]
    picture = go.Figure([band, *drawn])
    picture.update_layout(
        xaxis={"title": "words, % (at least one)", "type": "log", "tickvals": shares},
        yaxis={"title": f"fall of the {measure}"},
        showlegend=True,
    )
    chart(picture, key, f"{alt}. {len(drawn)} methods and a band of random orders.", HEIGHT)


def method_cell(name: str) -> str:
    """The name of a method, HTML, with its sentence under the pointer."""
    return f'<span title="{escape(METHODS[name].sentence)}">{escape(METHODS[name].title)}</span>'


def signed(value: float) -> str:
    """Two digits with a sign."""
    return two_digits(value) if value < 0 else f"+{two_digits(value)}"
