"""Light, dark or as the system has it: the switch, and the script that makes Streamlit follow it."""

import streamlit as st

from core.paths import ASSETS

_mount = st.components.v2.component(
    "theme_switch",
    html="<div class='theme'></div>",
    css=(ASSETS / "theme_switch.css").read_text(encoding="utf-8"),
    js=(ASSETS / "theme_switch.js").read_text(encoding="utf-8"),
)


def switch() -> None:
    """The switch: in the bar at the top, on a phone below the page. A choice draws the page again in its colours."""
    with st.container(key="theme"):
        _mount(key="theme_switch", width="content", on_chosen_change=lambda: None)


def head_script() -> str:
    """The script for the head of every page, before Streamlit's own."""
    return f"<script>{(ASSETS / 'theme.js').read_text(encoding='utf-8')}</script>"
