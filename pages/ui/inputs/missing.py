"""Checkpoints that a picker was asked for and cannot offer: Streamlit would show others without a word."""

from collections.abc import Sequence

import streamlit as st

from core.checkpoints.catalog import spoken
from pages.ui.app import engine, library
from pages.ui.app.desk import answer
from pages.ui.app.visitor import own
from pages.ui.figures.markup import callout, shorten, show


def tell(key: str, able: Sequence[str], default: Sequence[str]) -> None:
    """Says which checkpoints the picker `key` was asked for, by a link or before they went, that are not `able`.

    `default` is shown where none of the others is. The sentence stays until the visitor chooses.
    """
    wanted = asked(key)
    if missing := [id for id in wanted if id not in able]:
        shown = [id for id in wanted if id in able] or default
        instead = " and ".join(map(spoken, shown))
        st.session_state[place(key)] = sentence(missing, f"{instead} {verb(shown)} shown instead; ")
    if told := st.session_state.get(place(key)):
        message, hint = told
        with answer():
            show(callout(message, hint, "note"))


def asked(key: str) -> list[str]:
    """What the picker `key`, before it is made, was asked for: in the address, and by the visitor earlier."""
    before = st.session_state.get(key) or ()
    wanted = [*st.query_params.get_all(key), *([before] if isinstance(before, str) else before)]
    return list(dict.fromkeys(filter(None, wanted)))  # an address says “none” with an empty one


def wait(key: str) -> None:
    """Waits for the engine if the picker `key` is asked for what may be here only when that has started: checkpoints
    fetched before, or offered from a folder."""
    if engine.ready_visit() is None and gone(asked(key)):
        with st.spinner(engine.STARTING, show_time=True):
            engine.get_engine()


def forget(key: str) -> None:
    """Leaves the sentence out once the visitor has chosen."""
    st.session_state.pop(place(key), None)


def place(key: str) -> str:
    """Where the session keeps what was said at the picker `key`."""
    return f"{key}_missing"


def sentence(missing: Sequence[str], shown: str) -> tuple[str, str]:
    """Why they are not offered, and what is `shown` instead and what to do."""
    here = {row.id for row in library.catalog()}
    if here.issuperset(missing):
        return f"{quoted(missing)} cannot do this task.", f"{shown}the Models page shows what each model can do."
    if set(own()).issuperset(missing):
        message, hint = made_room(missing)
        return message, shown + hint[0].lower() + hint[1:]
    return f"{quoted(missing)} {verb(missing)} not available.", f"{shown}you can look for it on Models → From the Hub."


def made_room(ids: Sequence[str]) -> tuple[str, str]:
    """What became of uploads that went, and what to do."""
    return f"Your upload {quoted(ids)} was deleted to make room for newer ones.", "Upload it again on Models → My own."


def gone(ids: Sequence[str]) -> list[str]:
    """Those that are not here any more."""
    here = {row.id for row in library.catalog()}
    return [id for id in ids if id not in here]


def quoted(ids: Sequence[str]) -> str:
    """Their names in quotation marks."""
    return " and ".join(f"“{shorten(spoken(id))}”" for id in ids)


def verb(ids: Sequence[str]) -> str:
    """What follows so many names."""
    return "is" if len(ids) == 1 else "are"
