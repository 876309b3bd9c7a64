"""Many texts of the visitor's own as vectors: where they come from, and the run that embeds them."""

import io

import streamlit as st

from core.files.tables import Table
from core.jobs import Job
from core.paths import ROOT
from core.vectors.corpus import Indexing
from pages.ui.app import jobs
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.forms import picker_and_options
from pages.ui.inputs.kept import kept, pick_view
from pages.ui.views.files.file_view import read, so_far, take, upload
from pages.ui.views.vectors.collection import AT_ONCE, EXAMPLE, PATIENCE_S, VIEWS, Collection

SEEN = "these texts and what is found in them"  # by whoever has the link


def corpus_view(prefix: str) -> None:
    """The whole view: a file or pasted lines, their vectors, what can be seen in them."""
    sample = (ROOT / "assets" / EXAMPLE).read_bytes()
    key = f"{prefix}_job"
    if f"{prefix}_table" not in st.session_state:
        job = jobs.find(key)
        st.session_state[f"{prefix}_table"] = job.work.table if job else read(EXAMPLE, io.BytesIO(sample))
    with answer():
        jobs.show_gone(key, "collection", "Its vectors are kept: with its file they are ready soon.")
    table = upload(prefix, EXAMPLE, sample, lambda: paste(prefix))
    column = text_column(table, prefix) if table else ""
    checkpoints, options = picker_and_options("feature-extraction", prefix)
    with answer():
        if table is None:
            show(callout("There are no texts yet.", "Choose a file, paste some lines, or use the example.", "note"))
        elif not checkpoints:
            show(NONE_CHOSEN)
        elif (job := embedded(prefix, Indexing(tuple(checkpoints), table, column, **options))) and summary(job, prefix):
            VIEWS[pick_view(f"{prefix}_look", VIEWS)](Collection(job.result, table, column, prefix))


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


def embedded(prefix: str, wanted: Indexing) -> Job | None:
    """The vectors of the texts once they are there: few at once, many when the visitor says so, with a bar."""
    few = wanted.total <= AT_ONCE
    key = f"{prefix}_few" if few else f"{prefix}_job"  # those that come at once need no link
    job = jobs.find(key)
    goes_on = st.session_state.pop(f"{prefix}_goes_on", False)
    if job is None or job.work.asked != wanted.asked or goes_on:
        label = f"Embed {wanted.total:,} texts"
        if not (few or goes_on or st.button(label, type="primary", icon=":material/play_arrow:")):
            return None
        with st.spinner("Starting"):
            jobs.start(key, wanted)
    if few:
        with st.spinner("Embedding the texts", show_time=True):
            job = jobs.find(key, PATIENCE_S)
    else:
        job = jobs.find(key)
    if jobs.running(job):
        jobs.follow(key, so_far, linked="" if few else SEEN)
        return None
    return job


def summary(job: Job, prefix: str) -> bool:
    """Tells what was embedded, how fast, and what could not be; gives back whether there is anything to look at."""
    progress, corpus = job.progress, job.result
    if progress.error:
        show(callout(progress.error.message, progress.error.hint))
    if corpus is None:
        return False
    known = f"{corpus.from_disk:,} of them from the cache" if corpus.from_disk else "none from the cache"
    way = "embedded"
    if progress.done == corpus.from_disk > 0:
        way, known = "ready", "all from the cache"
    done = f"{progress.done:,}" if progress.finished else f"{progress.done:,} of {progress.total:,}"
    noun = "text" if progress.done == 1 else "texts"
    show(f'<p class="pg-legend"><b>{done}</b> {noun} {way} in {jobs.duration(progress.seconds)}, {known}.</p>')
    if job.work.total > AT_ONCE:
        st.caption(jobs.anyone(SEEN))
    if not progress.finished:
        goes_on = f"{prefix}_goes_on"
        st.button("Continue", icon=":material/play_arrow:", on_click=st.session_state.update, args=({goes_on: True},))
    if corpus.first_bad:
        place, error = corpus.first_bad
        count = "One text has" if progress.bad == 1 else f"{progress.bad:,} texts have"
        row = job.work.table.numbers[place]
        show(callout(f"{count} no vector.", f"The first is in row {row:,}: {error.message}"))
    return all(corpus.vectors(checkpoint).any() for checkpoint in corpus.checkpoints)
