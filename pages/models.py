"""Models: what each checkpoint can do and why not the rest, more of them from the Hub or one's own, memory in use."""

import streamlit as st

from core.checkpoints.catalog import spoken
from core.checkpoints.known import known_checkpoints
from pages.ui.app import engine, frame, library
from pages.ui.app.desk import answer
from pages.ui.app.guard import guard
from pages.ui.app.keys import safe_key
from pages.ui.figures.markup import callout, show, subtitle
from pages.ui.inputs.checkpoints import pick_one
from pages.ui.inputs.kept import kept
from pages.ui.views.models import adding, capabilities, choosing, known, model_list


def what_they_can_do() -> None:
    """The matrix of checkpoints and tasks, and one checkpoint in words."""
    with answer():
        above = st.container()
        chosen = pick_one("One of them in words", library.catalog, "models_one")
        with above:
            capabilities.matrix(library.catalog())
        capabilities.in_words(library.catalog(), library.catalog()[chosen])
        with st.container(horizontal=True):
            adding.links(library.catalog()[chosen])


def all_models() -> None:
    """Every model in a line, whether it is in memory, and a link to try it."""
    with answer():
        status = engine.status()
        model_list.heading(status)
        for one in model_list.lines(library.catalog(), status):
            with st.container(key=safe_key(f"listed_{one.row.id}")):
                with st.container(horizontal=True, vertical_alignment="top", key=safe_key(f"model_{one.row.id}")):
                    show(one.html)
                    adding.links(one.row, 1, "Try")
                if one.adapters:
                    with st.container(horizontal=True, key=safe_key(f"adapters_{one.row.id}")):
                        for adapter in one.adapters:
                            adapter_of_it(adapter)


def adapter_of_it(one: model_list.Adapter) -> None:
    """A link to try an adapter, and whether it is in memory."""
    key = safe_key(f"adapter_{one.row.id}")
    with st.container(horizontal=True, vertical_alignment="center", width="content", key=key):
        adding.links(one.row, 1, f"Try {one.name}")
        show(one.html)


def from_the_hub() -> None:
    """An id, what it offers, its download; the catalogue of those known by name below."""
    with answer():
        above, below = st.container(), st.container()
    with below, guard():
        with st.spinner("Counting parameters", show_time=True):
            facts = {id: library.get_library().facts(row) for id, row in known_checkpoints().items()}
        show(subtitle("The catalogue", "parameters are computed from each configuration"))
        hint = "a word: roberta, names, legal …"
        wanted = st.text_input("Show models with", placeholder=hint, **kept("models_find"))
        found = known.matching(known_checkpoints().values(), wanted)
        adding.from_the_hub(above, [row.id for row in found])
        adding.catalogue(found, facts)
        if not found:
            show(callout(f"Nothing in the catalogue has “{wanted}”.", "You can type any Hub model ID above.", "note"))


def of_my_own() -> None:
    """A zipped checkpoint from the visitor's disk."""
    adding.from_an_archive()


def memory() -> None:
    """What is loaded, what it takes, and a button that gives it back."""
    with answer():
        status = engine.status()
        capabilities.memory(status)
        for row in status.checkpoints:
            if row.loaded:
                left, right = st.columns([5, 1], vertical_alignment="center")
                with left:
                    capabilities.loaded(library.catalog()[row.id], row)
                key = safe_key(f"unload_{row.id}")
                if right.button("Unload", key=key, width="stretch"):
                    if engine.get_engine().unload(row.id):
                        st.rerun()
                    show(callout(f"{spoken(row.id)} is answering right now.", "Try again in a moment.", "note"))


VIEWS = {
    "What they can do": what_they_can_do,
    "Which one for me?": choosing.which_one,
    "All models": all_models,
    "From the Hub": from_the_hub,
    "My own": of_my_own,
    "Memory": memory,
}

frame.page(__file__, "models_view", VIEWS)
