"""Quantise and prune: smaller versions of one network, measured side by side."""

from collections.abc import Sequence

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.compression.job import CompressionRun
from core.compression.plan import HEADS, METHODS, CompressionOrder, check_order
from core.compression.report import CompressionReport, point_rows
from core.errors import TaskNotSupportedError
from core.jobs import Job, new_id
from core.settings import load_settings
from core.workers import runs
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import name_on_the_line, pick_one
from pages.ui.inputs.kept import kept
from pages.ui.views.compress.keep import keeping
from pages.ui.views.compress.labelled_rows import LabelledRows, labelled_rows
from pages.ui.views.compress.quality_and_cost import picture, table_of_versions

KEY = "quantise_job"
SEEN = "these measurements"  # by whoever has the link
NAMES = {
    "int8": "int8",
    "bf16": "bf16",
    "heads": "Fewer heads",
    "layers": "Fewer layers",
    "exit": "Early exit",
}


def quantise_view() -> None:
    """The whole view."""
    runs.prepare()
    job = jobs.find(KEY)
    with desk.settings():
        id = pick_one("Model", labelling, "quantise_checkpoint")
    name_on_the_line([id])
    row = library.catalog()[id]
    methods = asked_methods()
    rows: tuple[str, LabelledRows] | None = None
    with answer(), desk.asking():
        rows = labelled_rows(row, "quantise")
    with desk.acting():
        unready = jobs.running(job) or not rows or not methods
        go = st.button("Measure", type="primary", icon=":material/speed:", disabled=unready, key="quantise_go")
    with answer():
        if go and rows:
            job = begin(row, methods, rows[1])
        if job is None:
            waiting(rows)
        elif job.progress.running:
            jobs.follow(KEY, so_far, linked=SEEN)
        else:
            ended(job)


def labelling() -> list[Checkpoint]:
    """The checkpoints with a head that labels texts or words; those that label whole texts first."""
    found = [row for head in HEADS for row in library.catalog() if row.head == head and not row.zero_shot]
    found += [row for row in library.catalog() if row.head in HEADS and row.zero_shot]
    if not found:
        raise TaskNotSupportedError("No model here labels texts or finds names.", "Download one on the Models page.")
    return found


def asked_methods() -> list[str]:
    """Which ways to make it smaller are tried."""
    with desk.settings():
        return st.pills(
            "Ways to make it smaller",
            METHODS,
            selection_mode="multi",
            default=METHODS,
            format_func=NAMES.__getitem__,
            **kept("quantise_methods"),
        )


def begin(row: Checkpoint, methods: Sequence[str], rows: LabelledRows) -> Job | None:
    """Starts the measurement."""
    checkpoints = library.catalog().with_base(row.id)
    order = CompressionOrder(checkpoints, tuple(one for one in METHODS if one in methods), rows)
    check_order(order)
    work = CompressionRun(new_id(), order)
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def waiting(rows: tuple[str, LabelledRows] | None) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "measurement", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*runs.OFF, "note"))
    elif rows:
        half = "one half fits what must be fitted, the other half is scored"
        show(callout(f"{len(rows[1]):,} labelled rows: {half}.", "It takes about a minute for a small model.", "note"))
    else:
        show(callout("No rows yet.", "Upload a labelled file, or take our rows.", "note"))


def so_far(job: Job) -> str:
    """What is being done, in words."""
    report: CompressionReport = job.shown or CompressionReport()
    if report.place:
        return f"Waiting: place {report.place} in the queue"
    if job.progress.stopped:
        return "Stopping"
    return report.step.doing if report.step else "Getting ready"


def ended(job: Job) -> None:
    """What was measured."""
    report: CompressionReport | None = job.result
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None:
        why = "A version has numbers once all have been timed, at the end."
        show(callout("Stopped before anything was measured.", f"{why} Start it again.", "note"))
    elif job.progress.stopped:
        show(callout("Stopped early.", "The scores are whole; the times come from fewer rounds.", "note"))
    if report is None or report.start is None:
        return
    order: CompressionOrder = job.work.order
    row = order.checkpoint
    measure = "F1 of names" if row.head == "token-classification" else "accuracy"
    with figure("Quality and cost", "quantise", row.id):
        marked = picture(report, measure, row)
    keeping(order, report, marked)
    with figure("Smaller versions", "quantise-table", row.id):
        table_of_versions(report, measure)
    leave_table("smaller", point_rows(row.id, report), {row.id: f"{report.start.held_out:,} held-out rows"})
    st.caption(jobs.anyone(SEEN))
