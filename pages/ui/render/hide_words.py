"""The text whose words can be clicked to hide them: a component of ours, its script in assets/hide_words.js."""

import streamlit as st

from pages.ui.component import component
from pages.ui.hiding import Hidden, split, untouched
from pages.ui.markup import show, subtitle

_mount = component("hide_words", "line")


def hide_words(text: str, key: str) -> None:
    """The words of `text`, which is the value of the widget `key`; a click hides one there, or shows it again."""
    state = f"{key}_hidden"
    hidden = st.session_state.get(state)
    if hidden is None or hidden.text != text:
        hidden = untouched(text)

    def picked() -> None:
        number = st.session_state[f"{key}_parts"].get("pick")
        if number is not None and int(number) < len(split(text)):
            st.session_state[state] = hidden.toggle(int(number))
            st.session_state[key] = st.session_state[state].text

    if not text.strip():
        return
    show(subtitle("Click a word to hide it", "click the gap to bring it back"))
    _mount(key=f"{key}_parts", data={"parts": parts(hidden)}, on_pick_change=picked)


def parts(hidden: Hidden) -> list[dict[str, object]]:
    """The parts as the script takes them; a gap whose word nobody knows is `fixed`."""
    known = iter(hidden.words)
    return [
        {"text": part.text, "kind": part.kind, "fixed": part.kind == "gap" and next(known) is None}
        for part in split(hidden.text)
    ]
