"""The head and the foot of every page: title and sentence, how it works, what the result does not tell."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypedDict

import streamlit as st

from core.paths import ROOT
from pages.ui.app import desk, engine, jobs, link
from pages.ui.app.link import choose_view
from pages.ui.app.page_table import find_page
from pages.ui.app.popover import popover
from pages.ui.figures import figure, markup
from pages.ui.inputs import examples
from pages.ui.inputs.kept import pick_view


class Prose(TypedDict):
    """A page's part of assets/pages.toml."""

    steps: list[str]
    how: str
    caveat: str


@cache
def prose(page: str) -> Prose:
    """What the page explains."""
    pages: dict[str, Prose] = tomllib.loads((ROOT / "assets" / "pages.toml").read_text(encoding="utf-8"))
    return pages[page]


def page(file: str, key: str, views: Mapping[str, Callable[[], None]]) -> None:
    """The whole page; `file` is its own, `key` that of the picker of the view."""
    choose_view(key)
    header(file)
    body(find_page(file).title, key, views)
    footer(file)


@st.fragment
def body(title: str, key: str, views: Mapping[str, Callable[[], None]]) -> None:
    """The view that is chosen. What is done in it runs it alone: nothing around it is made or sent again."""
    engine.new_run()
    figure.start(title)
    link.start()
    examples.start()
    jobs.begin()
    chosen = pick_view(key, views)
    with desk.laid():
        views[chosen]()
    jobs.end()


@st.fragment
def header(file: str) -> None:
    """Title, one sentence, and the popover that explains once it is opened."""
    page = find_page(file)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="page-head"):
        markup.show(
            f'<div class="pg-head"><h1>{markup.escape(page.title)}</h1><p>{markup.escape(page.sentence)}</p></div>'
        )
        with popover("How it works", ":material/lightbulb:", "how") as place:
            if place.open:
                words = prose(Path(file).stem)
                markup.show(drawing(words["steps"]))
                st.markdown(words["how"])


def footer(file: str) -> None:
    """The honest sentence."""
    caveat = prose(Path(file).stem)["caveat"]
    markup.show(f'<p class="pg-caveat"><b>What this does not tell you.</b> {markup.escape(caveat)}</p>')


def drawing(steps: list[str]) -> str:
    """The steps as boxes with arrows."""
    boxes = '<span class="pg-arrow" aria-hidden="true">→</span>'.join(f"<span>{markup.escape(s)}</span>" for s in steps)
    return f'<div class="pg-steps">{boxes}</div>'
