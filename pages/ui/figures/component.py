"""Components of ours: script and style of each lie in assets/ under its name; nothing comes from elsewhere."""

from typing import Any

import streamlit as st
from streamlit import runtime

from core.paths import ASSETS


def component(name: str, place: str, style: str = "") -> Any:
    """What mounts assets/NAME.js, which draws into an element of class `place`. `style` names another style file."""
    return st.components.v2.component(
        name,
        html=f"<div class='{place}'></div>",
        css=(ASSETS / f"{style or name}.css").read_text(encoding="utf-8"),
        js=(ASSETS / f"{name}.js").read_text(encoding="utf-8"),
    )


def address_of(content: bytes, kind: str, key: str) -> str:
    """Where the server has this content as long as the page shows it. A rerun then sends its address only, and the
    browser has it already."""
    if not runtime.exists():  # in a test of one widget
        return ""
    return runtime.get_instance().media_file_mgr.add(content, kind, key)
