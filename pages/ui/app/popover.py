"""Popovers that know whether they are open, so that what is in them is made when somebody looks."""

from typing import Any

import streamlit as st


def popover(label: str, icon: str, key: str) -> Any:
    """The popover; its `open` tells whether to fill it. Opening it runs the fragment that it stands in."""
    return st.popover(label, icon=icon, width="content", key=f"popover-{key}", on_change="rerun")
