"""Attention: all heads of all layers as small pictures, one of them at its full size with its tokens."""

from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from core.tasks.attention.schema import AttentionResult
from pages.ui.app import frame
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask
from pages.ui.figures import heads
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.head_grid import head_grid
from pages.ui.figures.head_map import head_map
from pages.ui.inputs.examples import opening
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.kept import kept
from pages.ui.inputs.writing import write
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw

HeadPlace = tuple[int, int]


def choose_head(replies: list[Reply]) -> HeadPlace:
    """Layer and head from the sliders, which reach as far as the deepest checkpoint of `replies`."""
    shapes = [reply.result.attentions.shape for reply in replies if not reply.error]
    layers, count = max((s[0] for s in shapes), default=1), max((s[1] for s in shapes), default=1)
    left, right = st.columns(2)
    with left:
        layer = number("Layer", layers, "attention_layer")
    with right:
        return layer, number("Head", count, "attention_head")


def number(label: str, most: int, key: str) -> int:
    """A slider from 1 to `most`, which opens where the first example is; a choice made for a larger network comes down
    with it."""
    first = opening("attention", label.lower())
    if st.session_state.get(key, 1) > most:
        st.session_state[key] = most
    chosen: int = st.slider(label, 1, max(most, 2), min(first, most), **kept(key))
    return chosen


def pick(layer: int, head: int) -> None:
    """What a click on a small picture does."""
    write("attention_layer", layer)
    write("attention_head", head)


def within(result: AttentionResult, chosen: HeadPlace) -> HeadPlace:
    """The chosen head, or the last there is in a smaller checkpoint."""
    layers, count = result.attentions.shape[:2]
    return min(chosen[0], layers), min(chosen[1], count)


def wide(reply: Reply) -> None:
    """One checkpoint: the overview on the left, the chosen head on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        above = st.container()
        head = within(reply.result, choose_head([reply]))
    with above:
        all_heads(reply, head)
    with left:
        heads.strongest(reply.result, *head)
    with right:
        one_head(reply, head)


def narrow(reply: Reply, chosen: HeadPlace) -> None:
    """One of several checkpoints: everything below each other."""
    head = within(reply.result, chosen)
    all_heads(reply, head)
    one_head(reply, head)
    heads.strongest(reply.result, *head)


def all_heads(reply: Reply, head: HeadPlace) -> None:
    """The overview to click on."""
    with figure("All heads", key := f"heads-{reply.checkpoint}"):
        head_grid(reply.result, *head, key, pick)


def one_head(reply: Reply, head: HeadPlace) -> None:
    """The head at its full size."""
    with figure("The chosen head", key := f"map-{reply.checkpoint}"):
        head_map(reply.result, *head, key)


def weights_of(reply: Reply, chosen: HeadPlace) -> dict[str, Any]:
    """The chosen head for the JSON file; all of them together would be too much for one."""
    layer, head = within(reply.result, chosen)
    weights = reply.result.attentions[layer - 1, head - 1]
    return {"layer": layer, "head": head, **asdict(replace(reply.result, attentions=weights))}


def one_text() -> None:
    """All heads of a text, and one of them with its tokens."""
    checkpoints, request = ask_for("attention", "attention")
    with answer():
        replies = ask("attention", checkpoints, [request])
        if len(replies) > 1:
            with settings():
                chosen = choose_head(replies)
            good = draw(replies, lambda reply: narrow(reply, chosen))
        else:
            good = draw(replies, wide)
        shown = st.session_state.get("attention_layer", 1), st.session_state.get("attention_head", 1)
        leave_row("attention", good, whole=lambda reply: weights_of(reply, shown))


def file() -> None:
    """A file of texts: for each which head looks farthest and which rests most on the first token."""
    file_view("attention", "attention_file")


VIEWS = {"One text": one_text, "A file": file}

frame.page(__file__, "attention_view", VIEWS)
