"""Widgets whose value lives in the address and survives a change of page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypedDict

import streamlit as st

from pages.ui.app import link
from pages.ui.inputs import writing


class Kept(TypedDict):
    """Widget arguments that keep a value in the address and over page switches."""

    key: str
    bind: Any
    persist_state: Any


def kept(key: str) -> Kept:
    """The arguments that keep the widget `key`; a very long text is kept in the session and carried by the link."""
    writing.hold(key)
    text = str(st.session_state.get(key, ""))
    short = len(text) <= writing.LONGEST_IN_ADDRESS
    if not short:
        link.carry(key, text)
    return Kept(key=key, bind="query-params" if short else None, persist_state="session")


def kept_text(key: str) -> Kept:
    """The same for a text box, which may have come with a link."""
    link.restore(key)
    return kept(key)


def pick_view(key: str, names: Iterable[str]) -> str:
    """Which of several views of a page is shown; the first one opens it."""
    views = list(names)
    chosen: str = st.segmented_control(
        "View", views, default=views[0], required=True, label_visibility="collapsed", **kept(key)
    )
    return chosen


def pick_named(label: str, ids: Sequence[str], name: Callable[[str], str], key: str) -> str:
    """One of `ids`, shown by its name. Streamlit would write the names into the address, so a box that nobody sees
    keeps the id there.
    """
    with st.container(key=f"kept-{key}"):
        chosen: str = st.selectbox(label, ids, **kept(key))
    shown = f"{key}_shown"

    def choose() -> None:
        st.session_state[key] = st.session_state[shown]

    st.session_state[shown] = chosen
    st.selectbox(label, ids, format_func=name, key=shown, on_change=choose)
    return chosen
