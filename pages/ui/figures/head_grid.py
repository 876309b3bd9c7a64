"""The overview of all heads to click on: a component of ours, its script in assets/head_grid.js."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.tasks.attention.schema import AttentionResult
from pages.ui.app.keys import safe_key
from pages.ui.figures.component import address_of, component
from pages.ui.figures.figure import record
from pages.ui.figures.heads import grid, sheet
from pages.ui.figures.markup import show, subtitle

_mount = component("head_grid", "grid")


def head_grid(result: AttentionResult, key: str, on_pick: Callable[[int, int], None]) -> None:
    """All heads as buttons; a click calls `on_pick` with layer and head, counted from 1. The picture of the chosen one
    (head_map.py) has its button framed."""

    key = safe_key(key)

    def picked() -> None:
        if choice := st.session_state[key].get("pick"):
            on_pick(int(choice["layer"]), int(choice["head"]))

    show(subtitle("All heads", "one row per layer; each picture has its own scale"))
    record(partial(grid, result))
    layers, heads = result.network
    data = {"sheet": address_of(sheet(result), "image/png", key), "layers": layers, "heads": heads, "key": key}
    _mount(key=key, data=data, on_pick_change=picked)
