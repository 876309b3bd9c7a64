"""A file whose rows are explained: which one, which column is what, about how long it takes, and how the work ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.engine import Engine
from core.errors import PlaygroundError
from core.files.tables import Table
from core.inspect.choosing import EXPLAINED, TEXTS
from core.jobs import Job, Work
from core.paths import ROOT
from core.snippets.source import Source
from core.tasks import TASKS
from pages.ui.app import desk, engine, jobs, library
from pages.ui.app.desk import answer
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.kept import pick_named
from pages.ui.views.explain.asking import WORTH_SAYING_S
from pages.ui.views.files.file_view import (
    NONE,
    column_picker,
    column_pickers,
    example_file,
    so_far,
    upload,
    waiting,
)

SAMPLES = {"text-classification": "reviews.csv"}  # files of assets/; other tasks have their examples


class TimedWork(Work, Protocol):
    """Work that says before how long it will take."""

    def seconds(self, engine: Engine) -> float | None:
        """About how long; None where that cannot be told."""


@dataclass(frozen=True)
class FileToExplain:
    """What the visitor wants to have explained of every row; `label` is the column with the label, if there is one."""

    task: str
    checkpoints: tuple[str, ...]
    table: Table
    columns: Mapping[str, str]
    label: str

    @property
    def source(self) -> Source:
        """Where code finds the rows, with the label in its last column: an example in its folder, other files beside
        the code."""
        name = self.table.name
        texts = (self.columns[field] for field in TEXTS[self.task] if field in self.columns)
        return Source(f"assets/{name}" if name in SAMPLES.values() else name, (*texts, self.label))


def ask_file(prefix: str, label: str, named: str = "", tasks: tuple[str, ...] = EXPLAINED) -> FileToExplain | None:
    """The file, its columns and the models; None as long as there is no file or no model.

    `label` says what the column of labels is for, and one called `named` is chosen at first.
    """
    task = tasks[0]
    if len(tasks) > 1:
        with desk.settings():
            task = pick_named("Task", tasks, lambda name: TASKS[name].title, "explain_task")
    sample = SAMPLES.get(task, "")
    content = (ROOT / "assets" / sample).read_bytes() if sample else example_file(task).encode()
    table = upload(prefix, sample or f"{task}.csv", content)
    columns, _ = column_pickers(task, prefix, table)
    chosen = NONE
    if table:
        place = desk.fields(f"{prefix}_label")
        chosen = column_picker(place, label, f"{prefix}_label_column", table, named, 0, True)
    checkpoints = pick_checkpoints(task, f"explain_{task}")
    if table is None or not checkpoints:
        with answer():
            if not checkpoints:
                show(NONE_CHOSEN)
            elif not jobs.find(f"{prefix}_job") and not jobs.show_gone(
                f"{prefix}_job", "run", "Upload the file again."
            ):
                show(callout("No file yet.", "Upload one, or try the example.", "note"))
        return None
    return FileToExplain(task, tuple(checkpoints), table, columns, "" if chosen == NONE else chosen)


def run_job(
    prefix: str, asked: FileToExplain | None, work: Callable[[FileToExplain], TimedWork], seen: str, label: str
) -> Job | None:
    """The button, the estimate before it is pressed and the bar after; the job once it has ended."""
    key = f"{prefix}_job"
    job = jobs.find(key)
    go = False
    if asked:
        with desk.acting():
            busy = jobs.running(job)
            go = st.button(label, type="primary", icon=":material/play_arrow:", disabled=busy, key=f"{prefix}_go")
    with answer():
        if asked and go:
            with st.spinner("Starting"):
                jobs.start(key, work(asked))
            job = jobs.find(key)
        if job is None:
            if asked and not jobs.show_gone(key, "run", "Run the file again."):
                estimate(work(asked))
                waiting(asked.table)
            return None
        if job.progress.running:
            jobs.follow(key, so_far, linked=seen)
            return None
        return job


def estimate(work: TimedWork) -> None:
    """About how long the work takes, where that is worth saying."""
    with st.spinner("Reading the first rows", show_time=True):
        try:
            seconds = work.seconds(engine.get_engine())
        except PlaygroundError:
            return  # which the work itself will say
    if seconds is not None and seconds > WORTH_SAYING_S:
        hint = "It goes on when you leave the page, and what is done can be seen if you stop it."
        show(callout(f"This takes about {jobs.duration(seconds)}.", hint, "note"))


def how_it_ended(job: Job, bad: int, first_bad: str) -> None:
    """What has to be said besides the result."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif job.progress.stopped:
        done = f"{job.progress.done:,} of {job.progress.total:,} rows"
        show(callout(f"Stopped after {done}.", "What was done by then is shown.", "note"))
    if bad:
        count = "One row has" if bad == 1 else f"{bad:,} rows have"
        show(callout(f"{count} no answer.", f"The first: {first_bad}", "note"))


def row_of(checkpoint: str) -> Checkpoint | None:
    """The row of a checkpoint, if it is still here."""
    return next((row for row in library.catalog() if row.id == checkpoint), None)
