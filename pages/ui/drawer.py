"""The menu where the window is narrow: a component of ours that shows nothing, its script in assets/drawer.js."""

from pathlib import Path

import streamlit as st

SCRIPT = Path(__file__).parent.parent.parent / "assets" / "drawer.js"
_mount = st.components.v2.component("drawer", js=SCRIPT.read_text(encoding="utf-8"))


def drawer() -> None:
    """Makes the menu close after a choice and on a tap outside."""
    with st.container(key="kept-drawer"):
        _mount(key="drawer")
