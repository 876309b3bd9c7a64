"""Checkpoints that a picker was asked for and cannot offer: Streamlit would show others without a word."""

from collections.abc import Sequence

import streamlit as st

from core.catalog import load_catalog
from pages.ui.markup import callout, shorten, show
from pages.ui.visitor import seen


def tell(key: str, able: Sequence[str], default: Sequence[str]) -> None:
    """Says which checkpoints the picker `key` was asked for, by a link or before they went, that are not `able`.

    `default` is shown where none of the others is. The sentence stays until the visitor chooses.
    """
    before = st.session_state.get(key) or ()
    asked = dict.fromkeys([*st.query_params.get_all(key), *([before] if isinstance(before, str) else before)])
    if missing := [id for id in asked if id not in able]:
        shown = [id for id in asked if id in able] or default
        st.session_state[place(key)] = f"{named(missing)} asked for and {lack(missing)}.", instead(missing, shown)
    if told := st.session_state.get(place(key)):
        show(callout(*told, "note"))


def forget(key: str) -> None:
    """Leaves the sentence out once the visitor has chosen."""
    st.session_state.pop(place(key), None)


def place(key: str) -> str:
    """Where the session keeps what was said at the picker `key`."""
    return f"{key}_missing"


def named(missing: Sequence[str]) -> str:
    """Their names, as the subject of a sentence."""
    return f"{' and '.join(f'“{shorten(id)}”' for id in missing)} {'was' if len(missing) == 1 else 'were'}"


def lack(missing: Sequence[str]) -> str:
    """Why they are not offered."""
    return "cannot do this" if are_here(missing) else f"{'is' if len(missing) == 1 else 'are'} not here"


def are_here(ids: Sequence[str]) -> bool:
    """Whether this visitor could choose them elsewhere."""
    return {row.id for row in seen(load_catalog())}.issuperset(ids)


def instead(missing: Sequence[str], shown: Sequence[str]) -> str:
    """What is shown in their place, and where to look for them."""
    where = "what each can do stands on Models" if are_here(missing) else "look for yours on Models → From the Hub"
    return f"{' and '.join(shown)} {'is' if len(shown) == 1 else 'are'} shown instead; {where}."
