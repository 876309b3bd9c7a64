"""The head and the foot of every page: title and sentence, how it works, what the result does not tell."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TypedDict

import streamlit as st

from pages.ui import figure, link, markup
from pages.ui.router import ROOT, find_page


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


def header(file: str) -> None:
    """Title, one sentence, and the popover that explains. `file` is the page's own."""
    page = find_page(file)
    figure.start(page.title)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="page-head"):
        markup.show(
            f'<div class="pg-head"><h1>{markup.escape(page.title)}</h1><p>{markup.escape(page.sentence)}</p></div>'
        )
        with st.popover("How it works", icon=":material/lightbulb:", width="content"):
            words = prose(Path(file).stem)
            markup.show(drawing(words["steps"]))
            st.markdown(words["how"])
    link.start()


def footer(file: str) -> None:
    """The honest sentence."""
    caveat = prose(Path(file).stem)["caveat"]
    markup.show(f'<p class="pg-caveat"><b>What this does not tell you.</b> {markup.escape(caveat)}</p>')


def drawing(steps: list[str]) -> str:
    """The steps as boxes with arrows."""
    boxes = '<span class="pg-arrow" aria-hidden="true">→</span>'.join(f"<span>{markup.escape(s)}</span>" for s in steps)
    return f'<div class="pg-steps">{boxes}</div>'
