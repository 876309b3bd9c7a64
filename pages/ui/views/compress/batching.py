"""Batching and caching: the same texts read in batches of several kinds, with the waste of padding as a picture."""

import streamlit as st

from core.batching.job import BatchingRun
from core.batching.report import BatchingOrder, BatchingReport, way_rows
from core.batching.texts import COUNT
from core.jobs import Job, new_id
from core.settings import load_settings
from core.workers import runs
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import pick_checkpoint
from pages.ui.inputs.kept import kept
from pages.ui.views.compress.padding import NAMES, bars, padding, table_of_ways

KEY = "batching_job"
SEEN = "these measurements"  # by whoever has the link
BUDGETS = (512, 1024, 2048, 4096, 8192, 16384)


def batching_view() -> None:
    """The whole view."""
    runs.prepare()
    job = jobs.find(KEY)
    id = pick_checkpoint("feature-extraction", "batching")
    with desk.settings():
        budget = st.select_slider(
            "Tokens in a packed batch, padding included", BUDGETS, value=4096, **kept("batching_budget")
        )
    with desk.acting():
        busy = jobs.running(job)
        go = st.button("Measure", type="primary", icon=":material/speed:", disabled=busy, key="batching_go")
    with answer():
        if go:
            job = begin(id, int(budget))
        if job is None:
            waiting(id)
        elif job.progress.running:
            jobs.follow(KEY, so_far, linked=SEEN)
        else:
            ended(job)


def begin(id: str, budget: int) -> Job | None:
    """Starts the measurement."""
    work = BatchingRun(new_id(), BatchingOrder(library.catalog().with_base(id), budget))
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def waiting(id: str) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "measurement", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*runs.OFF, "note"))
        return
    name = library.catalog()[id].name
    what = f"{name} will read the same {COUNT} texts in {len(NAMES)} ways, all in turn, twice."
    hint = "They are one to sixteen sentences of our grammar. It takes about two minutes for a small model."
    show(callout(what, hint, "note"))


def so_far(job: Job) -> str:
    """What is being done, in words."""
    report: BatchingReport | None = job.shown
    if report and report.place:
        return f"Waiting: place {report.place} in the queue"
    if job.progress.stopped:
        return "Stopping"
    return f"Reading: {NAMES[report.step.doing]}" if report and report.step else "Getting ready"


def ended(job: Job) -> None:
    """What was measured."""
    report: BatchingReport | None = job.result
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None:
        show(callout("Stopped before anything was measured.", "Start it again.", "note"))
    if report is None:
        return
    id = job.work.order.checkpoints[0].id
    with figure("Time by batch", "batching-time", id):
        bars(report)
    with figure("Padding", "batching-padding", id):
        padding(report)
    with figure("Ways to read", "batching-table", id):
        table_of_ways(report)
    leave_table("batching", way_rows(id, report), {id: f"{len(report.lengths):,} texts"})
    st.caption(jobs.anyone(SEEN))
