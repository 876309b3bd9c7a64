"""The browser's Back: a component of ours that shows nothing, its script in assets/back.js."""

from pathlib import Path

import streamlit as st

SCRIPT = Path(__file__).parent.parent.parent / "assets" / "back.js"
_mount = st.components.v2.component("back", js=SCRIPT.read_text(encoding="utf-8"))


def back() -> None:
    """Makes Back return to a page with what was entered there."""
    with st.container(key="kept-back"):
        _mount(key="back")
