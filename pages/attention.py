"""Attention: all heads of all layers as small pictures, one of them at its full size with its tokens."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.guard import guard
from pages.ui.html import show
from pages.ui.render import heads
from pages.ui.render.head_grid import head_grid
from pages.ui.render.head_map import head_map
from pages.ui.side_by_side import Reply, ask, draw


def choose_head(replies: list[Reply]) -> tuple[int, int]:
    """Layer and head from the sliders, which reach as far as the deepest checkpoint of `replies`."""
    shapes = [reply.result.attentions.shape for reply in replies if not reply.error]
    layers, count = max((s[0] for s in shapes), default=1), max((s[1] for s in shapes), default=1)
    left, right = st.columns(2)
    layer = left.slider("Layer", 1, max(layers, 2), 1, **inputs.kept("attention_layer"))
    head = right.slider("Head", 1, max(count, 2), 1, **inputs.kept("attention_head"))
    return layer, head


def pick(layer: int, head: int) -> None:
    """What a click on a small picture does."""
    st.session_state["attention_layer"], st.session_state["attention_head"] = layer, head


def picture(reply: Reply, layer: int, head: int, *, alone: bool) -> None:
    """The overview and the chosen head; a checkpoint with fewer layers shows its last."""
    result = reply.result
    layer, head = min(layer, result.attentions.shape[0]), min(head, result.attentions.shape[1])
    left, right = st.columns(2, gap="large") if alone else (st.container(), st.container())
    with left:
        show('<div class="pg-sub"><b>All heads</b><span>a row a layer; each picture on a scale of its own</span></div>')
        head_grid(result, layer, head, f"heads-{reply.checkpoint}", pick)
    with right:
        heads.title(result, layer, head)
        head_map(result, layer, head, f"map-{reply.checkpoint}")
        heads.strongest(result, layer, head)


def one_head(reply: Reply, layer: int, head: int) -> dict[str, Any]:
    """The chosen head for the JSON file; all of them together would be too much for one."""
    result = reply.result
    weights = result.attentions[min(layer, len(result.attentions)) - 1, min(head, result.attentions.shape[1]) - 1]
    return {"layer": layer, "head": head, **asdict(result), "attentions": weights}


frame.header(__file__)
checkpoints, request = inputs.ask("attention", "attention")
with guard():
    replies = ask("attention", checkpoints, [request])
    layer, head = choose_head(replies)
    good = draw(replies, lambda reply: picture(reply, layer, head, alone=len(replies) == 1))
    leave_row("attention", good, whole=[one_head(reply, layer, head) for reply in good])
frame.footer(__file__)
