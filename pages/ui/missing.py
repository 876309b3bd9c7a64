"""Checkpoints that a picker was asked for and cannot offer: Streamlit would show others without a word."""

from collections.abc import Sequence

import streamlit as st

from core.catalog import load_catalog
from pages.ui.markup import callout, shorten, show
from pages.ui.visitor import own, seen


def tell(key: str, able: Sequence[str], default: Sequence[str]) -> None:
    """Says which checkpoints the picker `key` was asked for, by a link or before they went, that are not `able`.

    `default` is shown where none of the others is. The sentence stays until the visitor chooses.
    """
    before = st.session_state.get(key) or ()
    asked = dict.fromkeys([*st.query_params.get_all(key), *([before] if isinstance(before, str) else before)])
    if missing := [id for id in asked if id not in able]:
        shown = [id for id in asked if id in able] or default
        st.session_state[place(key)] = sentence(missing, f"{' and '.join(shown)} {verb(shown)} shown instead; ")
    if told := st.session_state.get(place(key)):
        show(callout(*told, "note"))


def forget(key: str) -> None:
    """Leaves the sentence out once the visitor has chosen."""
    st.session_state.pop(place(key), None)


def place(key: str) -> str:
    """Where the session keeps what was said at the picker `key`."""
    return f"{key}_missing"


def sentence(missing: Sequence[str], shown: str) -> tuple[str, str]:
    """Why they are not offered, and what is `shown` instead and what to do."""
    here = {row.id for row in seen(load_catalog())}
    asked = f"{quoted(missing)} {'was' if len(missing) == 1 else 'were'} asked for and"
    if here.issuperset(missing):
        return f"{asked} cannot do this.", f"{shown}what each can do stands on Models."
    if set(own()).issuperset(missing):
        message, hint = made_room(missing)
        return message, shown + hint[0].lower() + hint[1:]
    return f"{asked} {verb(missing)} not here.", f"{shown}look for yours on Models → From the Hub."


def made_room(ids: Sequence[str]) -> tuple[str, str]:
    """What became of uploads that went, and what to do."""
    return f"Your upload {quoted(ids)} has made room for newer ones.", "Upload it again on Models → My own."


def gone(ids: Sequence[str]) -> list[str]:
    """Those that are not here any more."""
    here = {row.id for row in load_catalog()}
    return [id for id in ids if id not in here]


def quoted(ids: Sequence[str]) -> str:
    """Their names in quotation marks."""
    return " and ".join(f"“{shorten(id)}”" for id in ids)


def verb(ids: Sequence[str]) -> str:
    """What follows so many names."""
    return "is" if len(ids) == 1 else "are"
