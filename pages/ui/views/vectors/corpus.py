"""Many texts of the visitor's own as vectors: where they come from, and the run that embeds them."""

import io

import streamlit as st

from core.files.tables import Table
from core.paths import ROOT
from core.vectors.cache import open_vector_cache
from core.vectors.corpus import Corpus
from pages.ui.app import engine
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.forms import picker_and_options
from pages.ui.inputs.kept import kept, pick_view
from pages.ui.inputs.options import Values
from pages.ui.views.files.file_view import duration, follow, take, upload
from pages.ui.views.vectors.collection import AT_ONCE, EXAMPLE, PATIENCE_S, VIEWS, Collection


def corpus_view(prefix: str) -> None:
    """The whole view: a file or pasted lines, their vectors, what can be seen in them."""
    sample = (ROOT / "assets" / EXAMPLE).read_bytes()
    if f"{prefix}_table" not in st.session_state:
        take(prefix, EXAMPLE, io.BytesIO(sample))
    table = upload(prefix, EXAMPLE, sample, lambda: paste(prefix))
    column = text_column(table, prefix) if table else ""
    checkpoints, options = picker_and_options("feature-extraction", prefix)
    with answer():
        if table is None:
            show(callout("There are no texts yet.", "Choose a file, paste some lines, or use the example.", "note"))
        elif not checkpoints:
            show(NONE_CHOSEN)
        elif (corpus := embedded(prefix, table, column, checkpoints, options)) and summary(corpus, table, prefix):
            VIEWS[pick_view(f"{prefix}_look", VIEWS)](Collection(corpus, table, column, prefix))


def paste(prefix: str) -> None:
    """Lines instead of a file."""
    with st.popover("Paste lines", icon=":material/content_paste:", width="content"):
        text = st.text_area("One text per line", height=200, key=f"{prefix}_pasted", persist_state="session")
        content = ("pasted.txt", io.BytesIO(text.encode("utf-8", "replace")))
        st.button("Use these lines", on_click=take, args=(prefix, *content), disabled=not text.strip())


def text_column(table: Table, prefix: str) -> str:
    """The column of the texts: one called so, else the first."""
    key = f"{prefix}_column"
    if st.session_state.get(key) not in table.columns:
        st.session_state[key] = next((c for c in table.columns if c.lower() == "text"), table.columns[0])
    if len(table.columns) == 1:
        return table.columns[0]
    with settings():
        return str(st.selectbox("Text column", table.columns, **kept(key)))


def embedded(prefix: str, table: Table, column: str, checkpoints: list[str], options: Values) -> Corpus | None:
    """The vectors of the texts once they are there: few at once, many when the visitor says so, with a bar."""
    state, asked = f"{prefix}_corpus", (table, column, tuple(checkpoints), *options.values())
    count = len(table) * len(checkpoints)
    if st.session_state.get(f"{state}_asked") != asked:
        goes_on = st.session_state.pop(f"{state}_goes_on", False)
        label = f"Embed {count:,} texts"
        if count > AT_ONCE and not goes_on and not st.button(label, type="primary", icon=":material/play_arrow:"):
            return None
        with st.spinner("Starting"):
            texts = table.column(column)
            st.session_state[state] = Corpus(engine.get_engine(), open_vector_cache(), checkpoints, texts, **options)
        st.session_state[f"{state}_asked"] = asked
    corpus: Corpus = st.session_state[state]
    if count <= AT_ONCE:
        with st.spinner("Embedding the texts", show_time=True):
            corpus.wait(PATIENCE_S)
    if corpus.progress().running:
        follow(state)
        return None
    return corpus


def summary(corpus: Corpus, table: Table, prefix: str) -> bool:
    """Tells what was embedded, how fast, and what could not be; gives back whether there is anything to look at."""
    progress = corpus.progress()
    if progress.error:
        show(callout(progress.error.message, progress.error.hint))
    known = f"{corpus.from_disk:,} of them from the cache" if corpus.from_disk else "none from the cache"
    way = "embedded"
    if progress.done == corpus.from_disk > 0:
        way, known = "ready", "all from the cache"
    done = f"{progress.done:,}" if progress.finished else f"{progress.done:,} of {progress.total:,}"
    noun = "text" if progress.done == 1 else "texts"
    show(f'<p class="pg-legend"><b>{done}</b> {noun} {way} in {duration(progress.seconds)}, {known}.</p>')
    if not progress.finished:
        st.button("Continue", icon=":material/play_arrow:", on_click=go_on, args=(f"{prefix}_corpus",))
    if corpus.first_bad:
        place, error = corpus.first_bad
        count = "One text has" if progress.bad == 1 else f"{progress.bad:,} texts have"
        show(callout(f"{count} no vector.", f"The first is in row {table.numbers[place]:,}: {error.message}"))
    return all(corpus.vectors(checkpoint).any() for checkpoint in corpus.checkpoints)


def go_on(state: str) -> None:
    """Starts the corpus anew, which takes what is done from the disk."""
    st.session_state.pop(f"{state}_asked", None)
    st.session_state[f"{state}_goes_on"] = True
