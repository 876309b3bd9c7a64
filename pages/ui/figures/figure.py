"""The figures of a page: what is drawn while one is open is recorded, so that it can leave the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from core.errors import PlaygroundError
from pages.ui.app.keys import safe_key

STATE, PAGE = "figures", "figures_page"


class Chart(Protocol):
    """A plotly figure, or what is made into one."""

    def to_html(self, *, full_html: bool, include_plotlyjs: bool, config: dict[str, object]) -> str:
        """The chart as HTML."""


FigurePart = str | Callable[[], str] | Chart


@dataclass
class Figure:
    """A picture of one `checkpoint`, or of all of the page where that is empty. Without a `title` it is the whole one.

    `parts` are what it shows, in order: safe HTML, or what makes it, and charts.
    """

    title: str
    key: str
    checkpoint: str
    parts: list[FigurePart] = field(default_factory=list)


_open: ContextVar[tuple[Figure, ...]] = ContextVar("open figures", default=())


@contextmanager
def figure(title: str, key: str, checkpoint: str = "") -> Iterator[None]:
    """Draws its block as a figure. `key`, any text, is its own on the page.

    Inside another figure it is of the same checkpoint.
    """
    outer, key = _open.get(), safe_key(key)
    one = Figure(title, key, checkpoint or (outer[-1].checkpoint if outer else ""))
    st.session_state.setdefault(STATE, {})[key] = one
    with st.container(key=f"figure-{key}"):
        token = _open.set((*outer, one))
        try:
            yield
        except PlaygroundError:
            del st.session_state[STATE][key]  # an error is no picture
            raise
        finally:
            _open.reset(token)


def record(part: FigurePart) -> None:
    """Keeps a part for every figure that is open; what is drawn outside of figures stays on the page."""
    for one in _open.get():
        one.parts.append(part)


def start(page: str) -> None:
    """Forgets the figures of the run before; those that follow are of the page with that title."""
    st.session_state[STATE], st.session_state[PAGE] = {}, page


def page_title() -> str:
    """The title of the page that the figures are of."""
    return str(st.session_state[PAGE])


def figures() -> list[Figure]:
    """The figures drawn so far in this run, outer ones before those inside them."""
    return [one for one in st.session_state.get(STATE, {}).values() if one.parts]
