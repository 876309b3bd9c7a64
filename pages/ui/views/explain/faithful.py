"""Faithfulness: the words that methods name are taken away, or all others are, beside random orders."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS, Curve, Erasure, Faithfulness, faithfulness
from core.inspect.methods import METHODS
from core.provenance import Row
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask_each
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, chart
from pages.ui.figures.export import leave_table, origin
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import escape, show, subtitle, table, two_digits
from pages.ui.views.explain.asking import ask_what, choose_in_settings, progress
from pages.ui.views.side_by_side import draw

ERASURES: dict[str, Erasure] = {"Leave words out": "delete", "Mask words": "mask"}
GREY = "#777777"
HEIGHT = 460  # pixels: on a phone each method has a line of the legend
COLORS = dict(zip(METHODS, (BLUE, SKY, GREEN, ORANGE, PINK, YELLOW, GREY), strict=True))
BETTER, CLEARLY = 0.5, 0.95  # shares of random orders that are beaten


def faithful() -> None:
    """A ranking of the methods for this input, and the curves behind it."""
    asked = ask_what()
    erasure = ERASURES[choose_in_settings("Words are taken away", list(ERASURES), "explain_erasure")]
    with answer():

        def question(engine: Any, checkpoint: str) -> list[Faithfulness]:
            subject = asked.subject(engine, checkpoint)
            return [faithfulness(engine, checkpoint, subject, erasure=erasure, told=progress())]

        good = draw(ask_each(asked.checkpoints, question), picture)
        origins = {one.checkpoint: origin(one) for one in good}
        if good:
            leave_table(
                "faithfulness", [{"checkpoint": one.checkpoint, **row} for one in good for row in rows(one)], origins
            )


def picture(reply: Reply) -> None:
    """One checkpoint: the ranking in words and as a table, then both curves."""
    found: Faithfulness = reply.result
    with figure("Which method to believe", f"ranking-{reply.checkpoint}"):
        ranking(found)
    with figure("Without the first words", f"without-{reply.checkpoint}"):
        note = "the higher, the more the answer needs them"
        curves(found, "comprehensiveness", "Without the first words", note, f"without-{reply.checkpoint}-chart")
    with figure("With the first words alone", f"only-{reply.checkpoint}"):
        note = "the lower, the more they suffice"
        curves(found, "sufficiency", "With the first words alone", note, f"only-{reply.checkpoint}-chart")


def ranking(found: Faithfulness) -> None:
    """The most faithful method and attention in a sentence each, then all."""
    best = found.curves[0]
    show(subtitle(f"Which method to believe about “{found.target}”", f"{found.words} words, {RANDOM_ORDERS} orders"))
    sentences = [f"{METHODS[best.name].title} is the most faithful here: it {verdict(found.beaten(best))}."]
    attention = next((one for one in found.curves if one.name == "attention"), None)
    if attention and attention is not best:
        sentences.append(f"Attention {verdict(found.beaten(attention))}.")
    show(f'<p class="pg-legend" dir="auto">{escape(" ".join(sentences))}</p>')
    rows = [
        [
            f'<span title="{escape(METHODS[one.name].sentence)}">{escape(METHODS[one.name].title)}</span>',
            *(signed(value) for value in (one.comprehensive, one.sufficient)),
            f"{round(found.beaten(one) * RANDOM_ORDERS)} of {RANDOM_ORDERS}",
        ]
        for one in found.curves
    ]
    rows.append(
        ["Random orders, on average", *(signed(mean(found, name)) for name in ("comprehensive", "sufficient")), ""]
    )
    headers = ["Method", "Fall without its words", "Fall with them alone", "Random orders beaten"]
    show(table(headers, rows, "Methods, the most faithful first", range(1, 4)))


def verdict(beaten: float) -> str:
    """How a method stands among random orders."""
    if beaten >= CLEARLY:
        return f"beats {'all' if beaten == 1 else 'nearly all'} random orders of the words"
    if beaten > BETTER:
        return f"beats {beaten:.0%} of random orders, which is too close to tell"
    return f"is no better than random orders: it beats {beaten:.0%} of them"


def mean(found: Faithfulness, name: str) -> float:
    """The mean of a number over the random orders."""
    return float(np.mean([getattr(one, name) for one in found.random]))


def signed(value: float) -> str:
    """Two digits with a sign."""
    return two_digits(value) if value < 0 else f"+{two_digits(value)}"


def curves(found: Faithfulness, name: str, title: str, note: str, key: str) -> None:
    """One line for each method over the band of the random orders."""
    shares = [100 * fraction for fraction in FRACTIONS]
    random = np.array([getattr(one, name) for one in found.random])  # (orders, fractions)
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
    lines = [
        go.Scatter(
            x=shares,
            y=list(getattr(one, name)),
            name=METHODS[one.name].title,
            mode="lines+markers",
            line={"color": COLORS[one.name], "width": 2},
            hovertemplate="%{x:.0f} % of the words: %{y:+.3f}",
        )
        for one in found.curves
    ]
    picture = go.Figure([band, *lines])
    picture.update_layout(
        xaxis={"title": "words, % (at least one)", "type": "log", "tickvals": shares},
        yaxis={"title": f"fall of the {found.measure}"},
        showlegend=True,
    )
    show(subtitle(title, note))
    chart(picture, key, f"{title}: {note}. {len(lines)} methods and a band of random orders.", HEIGHT)


def rows(reply: Reply) -> list[Row]:
    """One row for each method, random order and part of the words."""
    found: Faithfulness = reply.result
    return [row(one, n, found) for one in (*found.curves, *found.random) for n in range(len(FRACTIONS))]


def row(one: Curve, n: int, found: Faithfulness) -> Row:
    """One order at one part of the words."""
    return {
        "target": found.target,
        "erasure": found.erasure,
        "order": one.name,
        "fraction": FRACTIONS[n],
        "comprehensiveness": one.comprehensiveness[n],
        "sufficiency": one.sufficiency[n],
    }
