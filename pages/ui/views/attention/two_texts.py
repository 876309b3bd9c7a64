"""Two texts beside each other: the same head of the same model, and where it looks differently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.files.rows import rows
from core.inspect.attention_difference import AttentionDifference, difference
from core.provenance import Row
from core.snippets import snippet
from core.text.phrases import quoted
from pages.ui.app import library
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.head_grid import head_grid
from pages.ui.figures.head_map import difference_map
from pages.ui.figures.markup import callout, escape, show
from pages.ui.inputs.texts import sentence_box
from pages.ui.inputs.writing import write
from pages.ui.views.attention.chosen import HeadPlace, ShownHeads, draw_heads, draw_strongest, read_heads
from pages.ui.views.attention.options import Look
from pages.ui.views.side_by_side import draw

OTHER = "attention_other"
NAMES = ("First input", "Second input")


def ask_other() -> str:
    """The text of a second input, or nothing."""
    return sentence_box("Another input beside it (optional)", "", OTHER).strip()


def ask_both(checkpoints: Sequence[str], request: Any, other: str) -> list[Reply]:
    """The replies to both inputs; a second text of a pair is in both."""
    return ask("attention", checkpoints, [request, replace(request, text=other)])


def draw_both(replies: Sequence[Reply], place: HeadPlace, look: Look) -> None:
    """Of each model both inputs beside each other, their difference below, and what leaves the page."""
    shown: dict[str, list[ShownHeads]] = {}
    found: dict[str, AttentionDifference] = {}

    def picture(reply: Reply) -> None:
        pair = [read_heads(one, place, look) for one in each(reply)]
        shown[reply.checkpoint] = pair
        wide = len(replies) == 1
        columns = st.columns(2, gap="large") if wide else (st.container(), st.container())
        for n, (column, one) in enumerate(zip(columns, pair, strict=True)):
            with column:
                one_input(each(reply)[n], one, n)
        found[reply.checkpoint] = difference(pair[0].table, pair[1].table)
        draw_difference(reply, pair[0], found[reply.checkpoint])

    def whole(reply: Reply) -> Any:
        texts = [request.text for request in reply.requests]
        fields = [{"text": text} | one.fields() for text, one in zip(texts, shown[reply.checkpoint], strict=True)]
        table = found[reply.checkpoint].table
        weights = table.weights.astype(float).round(6).tolist() if table else None
        return {"inputs": fields, "difference": weights, "tokens": table.labels if table else ()}

    leave_row("attention", draw(replies, picture), table_rows, whole, code=code)


def each(reply: Reply) -> list[Reply]:
    """The reply to each input."""
    pairs = zip(reply.results, reply.requests, strict=True)
    return [Reply(reply.checkpoint, (result,), None, (request,)) for result, request in pairs]


def one_input(reply: Reply, shown: ShownHeads, number: int) -> None:
    """The overview of an input, the chosen head and its strongest links."""
    name = f"{reply.checkpoint}-{number + 1}"
    text = quoted(reply.requests[0].text, 200)
    show(f'<p class="pg-legend" dir="auto"><b>{NAMES[number]}</b> {escape(text)}</p>')
    with figure(f"{NAMES[number]}: all heads", f"heads-{name}"):
        head_grid(reply.result, f"heads-{name}", pick)
    titled = replace(shown, title=f"{NAMES[number]}: {shown.title[0].lower()}{shown.title[1:]}")
    draw_heads(titled, name)
    draw_strongest(shown)


def pick(layer: int, head: int) -> None:
    """What a click on a small picture does."""
    write("attention_layer", layer)
    write("attention_head", head)


def draw_difference(reply: Reply, shown: ShownHeads, found: AttentionDifference) -> None:
    """The difference as a heat map, or why there is none."""
    if found.table is None:
        show(callout("No difference is shown.", found.why, "note"))
        return
    with figure("Difference", key := f"inputs-difference-{reply.checkpoint}"):
        texts = " and ".join(quoted(request.text) for request in reply.requests)
        note = f"{texts}; {found.why}; {shown.look.note}; blue: the first attends more, orange: the second does"
        difference_map(found.table, f"Difference: {shown.title[0].lower()}{shown.title[1:]}", note, f"{key}-map")


def table_rows(reply: Reply) -> list[Row]:
    """The rows of both inputs, each with its text."""
    pairs = zip(reply.requests, reply.results, strict=True)
    return [{"text": request.text, **row} for request, result in pairs for row in rows(result)]


def code(reply: Reply) -> str:
    """The Python for one input after the other."""
    row = library.catalog()[reply.checkpoint]
    return "\n\n".join(snippet(row, replace(request, cells=0)) for request in reply.requests)
