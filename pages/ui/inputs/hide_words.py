"""The text whose words can be clicked to hide them: a component of ours, its script in assets/hide_words.js."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.figures.component import component
from pages.ui.figures.marked import FITS_LARGE
from pages.ui.figures.markup import show
from pages.ui.inputs.hiding import Hidden, split, untouched
from pages.ui.inputs.writing import write

HINT = "Click a word to hide it, the gap to bring it back, a candidate to put it in."
_mount = component("hide_words", "line")


def hide_words(text: str, key: str, fills: Sequence[str] = ()) -> None:
    """The words of `text`, which is the value of the widget `key`; a click hides one there, or shows it again.

    `fills` are what a model puts into the gaps, in their order.
    """
    state = f"{key}_hidden"
    hidden = hidden_words(text, key)

    def picked() -> None:
        number = st.session_state[f"{key}_parts"].get("pick")
        if number is not None and int(number) < len(split(text)):
            st.session_state[state] = hidden.toggle(int(number))
            write(key, st.session_state[state].text)

    if not text.strip():
        return
    data = {"parts": parts(hidden, fills), "large": len(text) <= FITS_LARGE}
    _mount(key=f"{key}_parts", data=data, on_pick_change=picked)
    show(f'<p class="pg-legend pg-hint">{HINT}</p>')


def hidden_words(text: str, key: str) -> Hidden:
    """What is known of the gaps of `text`, the value of the widget `key`."""
    hidden: Hidden | None = st.session_state.get(f"{key}_hidden")
    return hidden if hidden and hidden.text == text else untouched(text)


def put_words(text: str, key: str, places: str) -> None:
    """What a click on a candidate does: it goes into its gap."""
    st.session_state[f"{key}_hidden"] = hidden = hidden_words(text, key).put(places)
    write(key, hidden.text)


def all_filled(text: str, key: str) -> bool:
    """Whether clicks have filled the gaps of `text`, so that it has none left."""
    hidden: Hidden | None = st.session_state.get(f"{key}_hidden")
    return bool(text.strip()) and hidden is not None and hidden == Hidden(text, ())


def parts(hidden: Hidden, fills: Sequence[str] = ()) -> list[dict[str, object]]:
    """The parts as the script takes them; a gap is `filled` by a model, and `fixed` if nobody knows its word."""
    known, filled = iter(hidden.words), iter(fills)
    found: list[dict[str, object]] = []
    for part in split(hidden.text):
        gap = part.kind == "gap"
        fixed, fill = gap and next(known) is None, next(filled, "") if gap else ""
        found.append({"text": part.text, "kind": part.kind, "fixed": fixed, "filled": fill})
    return found
