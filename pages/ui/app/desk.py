"""The two parts of a page: what is asked, its settings and its button on the left, what comes out on the right.

assets/style.css lays them out; where the window is narrow they follow one another, and the settings are one line that
opens. Outside of a page, as in a test of one widget, everything is drawn where it stands.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.ui.app.guard import guard
from pages.ui.figures.markup import escape

LINE = '<details class="pg-settings"><summary>Settings</summary></details>'


@dataclass
class Desk:
    """The places of one page; `line` is the line of the settings, once there are any."""

    asking: Any
    settings: Any
    acting: Any
    answering: Any
    line: Any = None


_desk: ContextVar[Desk | None] = ContextVar("desk", default=None)


@contextmanager
def laid() -> Iterator[None]:
    """A desk; what its block draws is asked, unless it says otherwise. An error stands where the answer would."""
    with st.container(key="desk"):
        left, answering = st.container(key="asking"), st.container(key="answering")
    asking, kept, acting = (left.container(key=f"asking-{name}") for name in ("texts", "settings", "act"))
    token = _desk.set(Desk(asking, kept, acting, answering))
    try:
        with answer(), _place("asking"):
            yield
    finally:
        _desk.reset(token)


def _place(name: str) -> AbstractContextManager[Any]:
    """A part of the desk."""
    desk = _desk.get()
    return getattr(desk, name) if desk else nullcontext()


@contextmanager
def answer() -> Iterator[None]:
    """The place of what comes out. An error in the block stands there."""
    with _place("answering"), guard():
        yield


@contextmanager
def settings() -> Iterator[None]:
    """The place of what is set once and seldom changed: models and options."""
    desk = _desk.get()
    if desk and not desk.line:
        desk.line = desk.settings.container(horizontal=True, vertical_alignment="center", key="settings-line")
        desk.line.html(LINE)
    with _place("settings"):
        yield


def asking() -> AbstractContextManager[Any]:
    """The place of what is asked, from within the answer."""
    return _place("asking")


def acting() -> AbstractContextManager[Any]:
    """The place of the button that starts what does not start by itself."""
    return _place("acting")


def name_models(marks_and_names: Sequence[tuple[str, str]]) -> None:
    """Says on the line of the settings which models are chosen: each one's mark, safe HTML, and its name."""
    desk = _desk.get()
    if desk and desk.line:
        named = "".join(f"<span>{mark} {escape(name)}</span>" for mark, name in marks_and_names)
        desk.line.html(f'<div class="pg-chosen" aria-hidden="true">{named}</div>')


def fields(key: str) -> Any:
    """A place for several fields: side by side where there is room, else below each other."""
    return st.container(key=f"fields-{key}")
