"""Attention: all heads of all layers as small pictures, one of them at its full size with its tokens."""

from dataclasses import asdict, dataclass, replace
from functools import partial
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

HeadPlace = tuple[int, int]  # layer and head, counted from 1


@dataclass(frozen=True)
class ShownHead:
    """A head, counted from 1, with all its weights."""

    layer: int
    head: int
    weights: AttentionResult


def choose_head(replies: list[Reply]) -> HeadPlace:
    """Layer and head from the sliders, which reach as far as the deepest checkpoint of `replies`."""
    networks = [reply.result.network for reply in replies if not reply.error]
    layers, count = max((n[0] for n in networks), default=1), max((n[1] for n in networks), default=1)
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


def read_head(reply: Reply, chosen: HeadPlace) -> ShownHead:
    """The chosen head, or the last that this checkpoint has."""
    layer, head = map(min, zip(chosen, reply.result.network, strict=True))
    (found,) = ask("attention", [reply.checkpoint], [replace(reply.requests[0], cells=0, layer=layer, head=head)])
    if found.error:
        raise found.error
    return ShownHead(layer, head, found.result)


def wide(reply: Reply) -> ShownHead:
    """One checkpoint: the overview on the left, the chosen head on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        above = st.container()
        head = read_head(reply, choose_head([reply]))
    with above:
        all_heads(reply)
    with left:
        heads.strongest(head.weights)
    with right:
        one_head(reply, head)
    return head


def narrow(reply: Reply, chosen: HeadPlace) -> ShownHead:
    """One of several checkpoints: everything below each other."""
    head = read_head(reply, chosen)
    all_heads(reply)
    one_head(reply, head)
    heads.strongest(head.weights)
    return head


def grid_key(reply: Reply) -> str:
    """The key of the overview of a checkpoint."""
    return f"heads-{reply.checkpoint}"


def all_heads(reply: Reply) -> None:
    """The overview to click on."""
    with figure("All heads", grid_key(reply)):
        head_grid(reply.result, grid_key(reply), pick)


def one_head(reply: Reply, head: ShownHead) -> None:
    """The head at its full size."""
    with figure("The chosen head", key := f"map-{reply.checkpoint}"):
        head_map(head.weights, head.layer, head.head, key, grid_key(reply))


def fields_of(head: ShownHead) -> dict[str, Any]:
    """The head for the JSON file; all of them together would be too much for one."""
    weights = replace(head.weights, attentions=head.weights.attentions[0, 0])
    return {"layer": head.layer, "head": head.head, **asdict(weights)}


def one_text() -> None:
    """All heads of a text, small, and one of them with its tokens."""
    checkpoints, request = ask_for("attention", "attention")
    with answer():
        replies = ask("attention", checkpoints, [replace(request, cells=heads.SMALL)])
        picture = wide
        if len(replies) > 1:
            with settings():
                picture = partial(narrow, chosen=choose_head(replies))
        shown: dict[str, ShownHead] = {}
        good = draw(replies, lambda reply: shown.update({reply.checkpoint: picture(reply)}))
        leave_row("attention", good, whole=lambda reply: fields_of(shown[reply.checkpoint]))


def file() -> None:
    """A file of texts: for each which head looks farthest and which rests most on the first token."""
    file_view("attention", "attention_file")


VIEWS = {"One text": one_text, "A file": file}

frame.page(__file__, "attention_view", VIEWS)
