"""Components of ours that show nothing and help every page: the script of each lies in assets/ under its name."""

import streamlit as st

from core.paths import ASSETS

NAMES = (
    "drawer",  # closes the menu after a choice
    "back",  # returns to a page with its text
    "find_mark",  # opens a long text at its mark
    "line_box",  # takes a sentence while it is typed
    "moving_bars",  # moves bars to their new length
)
_mount = {
    name: st.components.v2.component(name, js=(ASSETS / f"{name}.js").read_text(encoding="utf-8")) for name in NAMES
}


def unseen() -> None:
    """Mounts them."""
    for name, mount in _mount.items():
        with st.container(key=f"kept-{name}"):
            mount(key=name)
