"""Attention: all heads of all layers as small pictures, one of them at its full size with its tokens."""

from dataclasses import replace
from functools import partial

import streamlit as st

from core.checkpoints.catalog import spoken
from pages.ui.app import frame
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask
from pages.ui.figures import heads
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.head_grid import head_grid
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.layer_and_head import layer_and_head
from pages.ui.views.attention.chosen import (
    HeadPlace,
    ShownHeads,
    draw_difference,
    draw_heads,
    draw_strongest,
    read_heads,
)
from pages.ui.views.attention.heads import heads_view
from pages.ui.views.attention.options import Look, read_look
from pages.ui.views.attention.two_texts import ask_both, ask_other, draw_both, pick
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw


def choose_head(replies: list[Reply]) -> HeadPlace:
    """Layer and head from the sliders, which reach as far as the deepest checkpoint of `replies`."""
    return layer_and_head("attention", "attention", [reply.result.network for reply in replies if not reply.error])


def wide(reply: Reply, look: Look) -> ShownHeads:
    """One checkpoint: the overview on the left, what is chosen on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        above = st.container()
        shown = read_heads(reply, choose_head([reply]), look)
    with above:
        all_heads(reply)
    with left:
        draw_strongest(shown)
    with right:
        draw_heads(shown, reply.checkpoint)
    return shown


def narrow(reply: Reply, look: Look, place: HeadPlace) -> ShownHeads:
    """One of several checkpoints: everything below each other."""
    shown = read_heads(reply, place, look)
    all_heads(reply)
    draw_heads(shown, reply.checkpoint)
    draw_strongest(shown)
    return shown


def grid_key(reply: Reply) -> str:
    """The key of the overview of a checkpoint."""
    return f"heads-{reply.checkpoint}"


def all_heads(reply: Reply) -> None:
    """The overview to click on."""
    with figure("All heads", grid_key(reply)):
        head_grid(reply.result, grid_key(reply), pick)


def one_text() -> None:
    """All heads of a text, small, and one of them, or several as one, with its tokens; or those of two texts."""
    checkpoints, request = ask_for("attention", "attention")
    other = ask_other()
    look = read_look(pair=bool(request.text_pair))
    if other:
        with answer():
            replies = ask_both(checkpoints, replace(request, cells=heads.SMALL), other)
            with settings():
                place = choose_head(replies)
            draw_both(replies, place, look)
        return
    with answer():
        replies = ask("attention", checkpoints, [replace(request, cells=heads.SMALL)])
        picture = partial(wide, look=look)
        if len(replies) > 1:
            with settings():
                picture = partial(narrow, look=look, place=choose_head(replies))
        shown: dict[str, ShownHeads] = {}
        good = draw(replies, lambda reply: shown.update({reply.checkpoint: picture(reply)}))
        if len(good) == 2:
            first, second = (reply.checkpoint for reply in good)
            draw_difference(shown[first], shown[second], (spoken(first), spoken(second)))
        leave_row("attention", good, whole=lambda reply: shown[reply.checkpoint].fields())


def file() -> None:
    """A file of texts: for each which head looks farthest and which rests most on the first token."""
    file_view("attention", "attention_file")


VIEWS = {"One text": one_text, "Heads": heads_view, "A file": file}

frame.page(__file__, "attention_view", VIEWS)
