"""What acts on a click in an answer: words, names and bars. A component of ours tells which, its script is
assets/acts.js."""

from collections.abc import Callable

import streamlit as st

from core.paths import ASSETS
from pages.ui.figures.markup import escape

EXPLAIN = "Show which words it rests on"
_mount = st.components.v2.component("acts", js=(ASSETS / "acts.js").read_text(encoding="utf-8"))


def button(content: str, act: str, title: str) -> str:
    """Safe HTML as a button: a click on it calls what `on_act` was given, with `act`."""
    return f'<button type="button" class="pg-act" data-act="{escape(act)}" title="{escape(title)}">{content}</button>'


def on_act(call: Callable[[str], None]) -> None:
    """Calls this with what was clicked, before the page is drawn again. The text comes from a browser: check it."""

    def clicked() -> None:
        if act := st.session_state["acts"].get("act"):
            call(str(act))

    with st.container(key="kept-acts"):
        _mount(key="acts", on_act_change=clicked)
