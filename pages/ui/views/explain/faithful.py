"""Faithfulness: the words that methods name are taken away, or all others are, beside random orders."""

import numpy as np

from core.inspect.explain_run import PutToTheTest
from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS, Curve, Erasure, Faithfulness
from core.inspect.methods import METHODS
from core.provenance import Row
from core.snippets.faithfulness import faithfulness_snippet
from core.text.phrases import quoted
from pages.ui.app import library
from pages.ui.app.desk import answer
from pages.ui.app.engine import get_engine
from pages.ui.app.replies import Reply
from pages.ui.figures.export import leave_table, origin
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.views.explain.asking import ask_what, asks_for_file, choose_in_settings, explained, written
from pages.ui.views.explain.faithful_curves import both_curves, method_cell, signed
from pages.ui.views.explain.faithful_file import faithful_file
from pages.ui.views.side_by_side import draw

ERASURES: dict[str, Erasure] = {"Leave words out": "delete", "Mask words": "mask"}
BETTER, CLEARLY = 0.5, 0.95  # shares of random orders that are beaten


def faithful() -> None:
    """A ranking of the methods for this input or for a file, and the curves behind it."""
    if asks_for_file():
        faithful_file(erasure_of())
        return
    asked = ask_what()
    erasure = erasure_of()
    with answer():
        replies = explained("faithful", asked, PutToTheTest(erasure))
        if replies is None:
            return

        def code(checkpoint: str) -> str:
            subject = asked.subject(get_engine(), checkpoint)
            return faithfulness_snippet(library.catalog()[checkpoint], subject, erasure)

        good = draw(replies, picture)
        origins = {one.checkpoint: origin(one) for one in good}
        if good:
            every = [{"checkpoint": one.checkpoint, **row} for one in good for row in rows(one)]
            leave_table("faithfulness", every, origins, written(code, origins), quoted(asked.text))


def erasure_of() -> Erasure:
    """How words are taken away."""
    return ERASURES[choose_in_settings("Words are taken away", list(ERASURES), "explain_erasure")]


def picture(reply: Reply) -> None:
    """One checkpoint: the ranking in words and as a table, then both curves."""
    found: Faithfulness = reply.result
    with figure("Which method to believe", f"ranking-{reply.checkpoint}"):
        ranking(found)
    random = np.array([(one.comprehensiveness, one.sufficiency) for one in found.random])  # (orders, 2, fractions)
    named = {one.name: np.array((one.comprehensiveness, one.sufficiency)) for one in found.curves}
    both_curves(named, random, found.measure, reply.checkpoint)


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
            method_cell(one.name),
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
