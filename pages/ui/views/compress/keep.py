"""The version that is marked, to be kept: on every page, and as a download where plain transformers loads it."""

import streamlit as st

from core.compression.keep import KEPT, TOLD, KeepRun, keep_order
from core.compression.plan import CompressionOrder
from core.compression.report import CompressedPoint, CompressionReport
from core.jobs import Job, new_id
from pages.ui.app import jobs, library
from pages.ui.app.keys import file_stem
from pages.ui.figures.export import download
from pages.ui.figures.markup import callout, escape, show
from pages.ui.views.models.adding import links
from pages.ui.views.training.outcome import trained

KEY = "quantise_kept"


def keeping(order: CompressionOrder, report: CompressionReport, marked: CompressedPoint) -> None:
    """What can be had of the marked version, the button, and what came of it."""
    assert report.start
    job = jobs.find(KEY)
    wanted = keep_order(order, marked, report.points[0], report.start.held_out)
    mine = job if job and job.work.order == wanted else None
    show(f'<p class="pg-legend">{escape(TOLD[marked.method])}</p>')
    if marked.method not in KEPT:
        return
    if mine is None and st.button("Keep this version", icon=":material/bookmark_add:", key="quantise_keep"):
        work = KeepRun(new_id(), wanted)
        jobs.start(KEY, work, work.id)
        mine = jobs.find(KEY, jobs.PATIENCE_S)
    if jobs.running(mine):
        jobs.follow(KEY, so_far)
    elif mine:
        ended(mine)


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return f"Waiting: place {job.shown} in the queue" if job.shown else "Making it"


def ended(job: Job) -> None:
    """Where it can be tried."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
        return
    row = trained(job.result or "")
    if row is None:
        show(callout("Stopped before it was made.", "Nothing was kept.", "note"))
        return
    show(
        callout(
            f"{row.name} is ready.", "It is yours alone, and on every page until the server restarts. Try it:", "note"
        )
    )
    with st.container(horizontal=True, key="quantise-links"):
        links(row, most=4)
        own = library.get_library()  # the file is made where nobody knows whose visit it is
        download("Download", lambda: own.archive(row.id), f"{file_stem(row.name)}.zip", "application/zip")
