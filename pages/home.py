"""Home: what the family is, which models are ready now, and a card for each page."""

import streamlit as st

from pages.ui import engine, visitor
from pages.ui.render import welcome
from pages.ui.router import PAGES, link_target

CARDS_IN_A_ROW = 3


def cards() -> None:
    """A card a page: its icon, its title, what can be found out there."""
    others = [page for page in PAGES if page.url_path]
    for start in range(0, len(others), CARDS_IN_A_ROW):
        for column, page in zip(st.columns(CARDS_IN_A_ROW), others[start : start + CARDS_IN_A_ROW], strict=False):
            with column.container(border=True, key=f"card-{page.url_path}"):
                st.page_link(link_target(page), label=f"**{page.title}**", icon=page.icon)
                st.caption(page.sentence)


def models() -> None:
    """The checkpoints and whether they are ready."""
    ready = engine.ready_engine()
    welcome.models(visitor.catalog(), ready.status() if ready else None)


@st.fragment(run_every=1.0)
def models_while_starting() -> None:
    """The same, looking again every second until the engine is there."""
    models()
    if engine.ready_engine():
        st.rerun()


welcome.opening()
cards()
if engine.ready_engine():
    models()
else:
    models_while_starting()
welcome.families()
