"""Answers to questions: in the passage, beside “no answer”, where they could start and end, and in which window."""

from collections.abc import Sequence
from math import exp

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.question_answering.agreement import NO_ANSWER
from core.tasks.question_answering.schema import PassageWindow, QuestionAnsweringResult
from core.text.phrases import chance
from pages.ui.answers.picture import Picture
from pages.ui.figures.bars import bars, probability
from pages.ui.figures.chart import BLUE, ORANGE, chart
from pages.ui.figures.figure import figure
from pages.ui.figures.marked import ACCENT, Mark, marked
from pages.ui.figures.markup import escape, plotly_text, show, subtitle, table, two_digits
from pages.ui.inputs.forms import Form, Place
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import Values

NOTHING = "No answer in the passage."
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")  # of several answers in one passage
LABELS = 60  # pieces; with more of them their names would overlap
WORDS_AROUND = 30  # pieces drawn on each side of the answer of a passage that is too long for one picture
MOST_DRAWN = 400  # pieces


def answers(result: QuestionAnsweringResult, odd: Odd = UNMARKED) -> None:
    """The answer, where it stands in the passage, and what else was considered; answers in `odd` are dashed."""
    best = result.best
    words = escape(best.text) if best else NOTHING
    show(f'<p class="pg-answer{"" if best else " none"}" dir="auto">{words}</p>')
    show(f'<p class="pg-legend">{margin(result)}</p>')
    if best:
        mark = Mark(best.start, best.end, ACCENT, title=f"{best.score:.4f}", dashed=(best.start, best.end) in odd)
        show(marked(result.context, [mark], found=True))
    rows = [probability(a.text, a.score, best=a is best, dashed=(a.start, a.end) in odd) for a in result.answers]
    none = {"color": "var(--muted)", "best": best is None, "dashed": NO_ANSWER in odd}
    rows.append(probability("no answer", result.no_answer_score, **none))
    show(bars(sorted(rows, key=lambda row: -row.share), "Answers and their probabilities"))


def margin(result: QuestionAnsweringResult) -> str:
    """The margin of the best answer over “no answer”, in words."""
    ratio = exp(min(abs(result.margin), 30))
    size = f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}" if ratio < 10_000 else "over 10,000"
    first, second = ("the best answer", "“no answer”") if result.margin >= 0 else ("“no answer”", "the best answer")
    return f"{first.capitalize()} is {size} times more likely than {second} (margin {two_digits(result.margin)})"


def inspector(result: QuestionAnsweringResult, key: str) -> None:
    """The answers, then where an answer could start and end, then the windows of a long passage."""
    answers(result)
    with figure("Where an answer could start and end", key):
        boundaries(result, key)
    if len(result.windows) > 1:
        windows(result)


def boundaries(result: QuestionAnsweringResult, key: str) -> None:
    """Two curves over the pieces of the passage: an answer starts here (upwards), an answer ends here (downwards)."""
    part = drawn(result)
    first, last = (result.offsets[part][0][0], result.offsets[part][-1][1]) if len(result.offsets) else (0, 0)
    whole = len(result.offsets[part]) == len(result.offsets)
    note = "probability of each token" if whole else f"around the best answer, characters {first:,}–{last:,}"
    show(subtitle("Where an answer could start and end", note))
    pieces = [plotly_text(result.context[start:end], 16) for start, end in result.offsets[part]]
    places = list(range(len(pieces)))
    drawing = go.Figure(
        [
            curve("starts here", places, result.starts[part], pieces, BLUE),
            curve("ends here", places, -result.ends[part], pieces, ORANGE),
        ]
    )
    ticks = {"tickvals": places, "ticktext": pieces, "tickangle": -90} if len(pieces) <= LABELS else {"visible": False}
    top = float(max(result.starts[part].max(), result.ends[part].max(), 0.01))
    levels = [-top, 0, top]
    drawing.update_layout(
        barmode="overlay",
        bargap=0.1,
        xaxis={"showgrid": False, **ticks},
        yaxis={"tickvals": levels, "ticktext": [escape(chance(abs(v))) for v in levels], "zeroline": True},
    )
    chart(drawing, key, f"Probability that an answer starts or ends at each of {len(pieces)} tokens.")


def drawn(result: QuestionAnsweringResult) -> slice:
    """The pieces that are drawn: all, or those around the best answer of a passage that has too many."""
    if len(result.offsets) <= MOST_DRAWN:
        return slice(None)
    middle = int(result.starts.argmax())
    return slice(max(0, middle - WORDS_AROUND), middle + WORDS_AROUND)


def curve(name: str, places: Sequence[int], values: NDArray[np.float32], pieces: Sequence[str], color: str) -> go.Bar:
    """One of the two curves, one bar per token."""
    shown = [f"{abs(value):.4f}" for value in values]
    hover = "%{customdata[0]}<br>" + name + ": %{customdata[1]}<extra></extra>"
    return go.Bar(
        name=name,
        x=list(places),
        y=list(values),
        customdata=list(zip(pieces, shown, strict=True)),
        hovertemplate=hover,
        marker_color=color,
    )


def windows(result: QuestionAnsweringResult) -> None:
    """The stretches of the passage that were read together, one below the other; the winner is filled."""
    best = max(result.windows, key=lambda window: window.score)
    note = f"{len(result.windows)} overlapping windows; the one in full colour holds the best answer"
    rows = "".join(
        window_row(n, window, len(result.context), window is best) for n, window in enumerate(result.windows)
    )
    show(subtitle("Read in several windows", note))
    show(f'<ul class="pg-windows" aria-label="Windows of the passage">{rows}</ul>')


def window_row(number: int, window: PassageWindow, length: int, best: bool) -> str:
    """One window: its place in the passage, its best answer's score, its score of “no answer”."""
    left, width = 100 * window.start / length, 100 * (window.end - window.start) / length
    place = f"characters {window.start:,}–{window.end:,}"
    return (
        f'<li class="{"best" if best else ""}"><span>{number + 1}</span>'
        f'<span class="pg-track" title="{place}"><i style="margin-left:{left:.1f}%;width:{width:.1f}%"></i></span>'
        f"<small>answer {escape(chance(window.score))}, none {escape(chance(window.no_answer_score))}</small></li>"
    )


def several(results: Sequence[QuestionAnsweringResult]) -> None:
    """One passage with the answers to all questions marked, and one row per question."""
    marks = [
        Mark(r.best.start, r.best.end, COLORS[n % len(COLORS)], str(n + 1), r.question)
        for n, r in enumerate(results)
        if r.best
    ]
    show(marked(results[0].context, marks, found=True))
    rows = [
        [
            str(n),
            escape(r.question),
            escape(r.best.text) if r.best else f"<i>{NOTHING}</i>",
            f"{r.best.score if r.best else r.no_answer_score:.4f}",
            two_digits(r.margin),
        ]
        for n, r in enumerate(results, 1)
    ]
    headers = ["", "Question", "Answer", "Score", "Margin"]
    show(table(headers, rows, "Questions and their answers", numeric=[3, 4]))


def options(prefix: str) -> Values:
    top_k = st.slider("Answers to show", 1, 10, 3, **kept(f"{prefix}_top_k"))
    longest = st.slider("Longest answer, in tokens", 1, 100, 30, **kept(f"{prefix}_longest"))
    return {"top_k": top_k, "max_answer_tokens": longest}


FORM = Form({"question": "Question", "context": "Passage"}, ("context",), options, Place("questions.py", "questions"))
PICTURE = Picture(
    answers, "the answer is the same, or neither has one", "answer", models=("minilm-qa", "mini-deberta-qa")
)
