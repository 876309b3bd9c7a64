"""Files in, files out: the view “A file” of every task, with its columns, its progress, its stop and its downloads."""

import csv
import io
import itertools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, cast

import pandas as pd
import streamlit as st

from core.checkpoints.catalog import spoken
from core.errors import PlaygroundError
from core.files.run import FileResults, FileRun
from core.files.tables import KINDS, LARGEST, LARGEST_MB, Table, read_table
from core.jobs import Job, Progress
from core.paths import ROOT
from core.settings import load_settings
from core.tasks import TASKS
from pages.ui.app import desk, jobs, link
from pages.ui.app.arriving import opened
from pages.ui.app.desk import answer
from pages.ui.app.keys import file_stem
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures import markup
from pages.ui.figures.export import download
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle
from pages.ui.inputs.examples import examples
from pages.ui.inputs.forms import form_of, picker_and_options
from pages.ui.inputs.kept import kept, kept_text
from pages.ui.inputs.texts import between_commas

NONE = "—"
ROWS_SHOWN = 200
ROWS_WAITING = 8  # of a file that has yet to be run
CELL_SHOWN = 300  # characters
SEEN = "this file and its results"  # by whoever has the link


def file_view(
    task: str, prefix: str, *, default: int = 1, first: Sequence[str] = (), example: str = ""
) -> FileResults | None:
    """The whole view; gives back what has come out of a run that has ended. `example` is a file of assets/, else the
    task's examples."""
    sample = (ROOT / "assets" / example).read_bytes() if example else example_file(task).encode()
    key = f"{prefix}_job"
    job = jobs.find(key)
    if job:
        st.session_state.setdefault(f"{prefix}_table", job.work.table)
    table = upload(prefix, example or f"{task}.csv", sample)
    columns, values = column_pickers(task, prefix, table)
    checkpoints, options = picker_and_options(task, prefix, default=default, first=first)
    if table is None:
        with answer():
            if not jobs.show_gone(key, "run", "Upload the file and run it again."):
                show(callout("No file yet.", "Upload one, or try the example.", "note"))
        return None
    unready = jobs.running(job) or not checkpoints
    with desk.acting():
        label = f"Run on {len(table):,} rows"
        go = st.button(label, type="primary", icon=":material/play_arrow:", disabled=unready, key=f"{prefix}_go")
    with answer():
        if go:
            with st.spinner("Starting"):
                jobs.start(key, FileRun(task, tuple(checkpoints), table, columns, values | options))
            job = jobs.find(key)
        if job is None:
            if not checkpoints:
                show(NONE_CHOSEN)
            elif not jobs.show_gone(key, "run", "Run the file again."):
                waiting(table)
            return None
        if job.progress.running:
            jobs.follow(key, so_far, linked=SEEN)
            return None
        return outcome(job)


def waiting(table: Table) -> None:
    """The first rows of the file, while it waits to be run."""
    show(subtitle(table.name, f"{len(table):,} rows, ready to run"))
    rows = [
        [escape(shorten(table.column(c)[n], 160)) for c in table.columns] for n in range(min(len(table), ROWS_WAITING))
    ]
    show(markup.table(table.columns, rows, f"The first rows of {table.name}"))


def take(prefix: str, name: str, file: AbstractContextManager[BinaryIO]) -> None:
    """Puts a file into use; what came of the last one goes."""
    st.session_state[f"{prefix}_table"] = read(name, file)
    jobs.leave(f"{prefix}_job")


def upload(prefix: str, example: str, sample: bytes, other: Callable[[], None] | None = None) -> Table | None:
    """The table of the uploaded file or of the example; it stays while the visitor looks at other pages.

    `other` draws one more way in beside the example.
    """
    state, seen = f"{prefix}_table", f"{prefix}_file_id"
    label = f"Upload a file ({', '.join(KINDS)})"
    file = st.file_uploader(label, list(KINDS), max_upload_size=LARGEST_MB, key=f"{prefix}_file")
    with st.container(horizontal=True, key=f"{prefix}_sample"):
        use = st.button(
            "Try the example",
            on_click=take,
            args=(prefix, example, io.BytesIO(sample)),
            key=f"{prefix}_use",
        )
        download("Download the example", lambda: sample, example, "text/csv")
        if other:
            other()
    if file and not use and st.session_state.get(seen) != file.file_id:
        st.session_state[seen] = file.file_id
        take(prefix, file.name, opened(file))
    table: Table | PlaygroundError | None = st.session_state.get(state)
    if isinstance(table, PlaygroundError):
        with answer():
            show(callout(table.message, table.hint))
        return None
    if table and not (file and file.name == table.name):
        show(f'<p class="pg-legend">Using <b>{escape(table.name)}</b> ({len(table):,} rows).</p>')
    return table


def read(name: str, file: AbstractContextManager[BinaryIO]) -> Table | PlaygroundError:
    """The table, or what is wrong with the file, which every rerun has to tell again."""
    try:
        with file as content:
            found = content.read(LARGEST + 1)  # one byte more than a table may have
            return read_table(name, found, load_settings().file_rows)
    except PlaygroundError as e:
        return e


def example_file(task: str) -> str:
    """The examples of a task as the CSV file that its view takes."""
    names = [field.name for field in TASKS[task].fields if not field.several]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, names, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(examples(task))
    return sink.getvalue()


def column_pickers(task: str, prefix: str, table: Table | None) -> tuple[dict[str, str], dict[str, Any]]:
    """The column of each text of a request, and the texts that are the same for all rows."""
    fields = TASKS[task].fields
    columns: dict[str, str] = {}
    values: dict[str, Any] = {}
    place = desk.fields(prefix)
    for n, field in enumerate(fields):
        label = form_of(task).labels[field.name]
        if field.several:
            first = examples(task)[0][field.name]
            values[field.name] = between_commas(place.text_input(label, first, **kept_text(f"{prefix}_{field.name}")))
        elif table:
            column = column_picker(place, label, f"{prefix}_{field.name}_column", table, field.name, n, field.optional)
            if column != NONE:
                columns[field.name] = column
    return columns, values


def column_picker(place: Any, label: str, key: str, table: Table, name: str, number: int, optional: bool) -> str:
    """The column for one text: that of its name, else the one in its place; for an optional one, none."""
    choices = [NONE, *table.columns] if optional else list(table.columns)
    named = next((c for c in choices if c.lower() == name), None)
    first = named or (NONE if optional else choices[min(number, len(choices) - 1)])
    if st.session_state.get(key) not in choices:
        st.session_state[key] = first
    chosen: str = place.selectbox(f"Column: {label[0].lower() + label[1:]}", choices, **kept(key))
    return chosen


def so_far(job: Job) -> str:
    """Rows done and time left, in words."""
    done = f"{job.progress.done:,} of {job.progress.total:,} rows"
    return jobs.so_far(job.progress, done, ", processing the first rows")


def outcome(job: Job) -> FileResults | None:
    """Shows what came out: how many rows in what time, what went wrong, the first rows, the files. Gives it back, if
    there is any."""
    progress, run = job.progress, cast(FileResults | None, job.result)
    failed = {checkpoint: lap.error for checkpoint, lap in run.laps.items() if lap.error} if run else {}
    for checkpoint, error in failed.items():
        show(callout(f"{spoken(checkpoint)}: {error.message}", error.hint))
    if progress.error and progress.error not in failed.values():
        show(callout(progress.error.message, progress.error.hint))
    if run is None:
        return None
    answered = progress.done - progress.bad
    if answered or not progress.bad:
        show(callout(end_of(progress), pace(progress), "note"))
    if progress.bad:
        count = "One row" if progress.bad == 1 else f"{progress.bad:,} rows"
        failures = f"{count} failed." if answered else f"No row has an answer: {count.lower()} failed."
        show(callout(failures, f"The first: {run.first_bad}"))
    if run.cut:
        count = "One text was" if run.cut == 1 else f"{run.cut:,} texts were"
        show(callout(f"{count} too long for the model.", "The column “unread” says what was not read.", "note"))
    preview(run)
    name = file_stem(run.table.name)
    with st.container(horizontal=True, key="file-row"):
        download("CSV", run.csv, f"{name}-results.csv", "text/csv")
        download("JSONL", run.jsonl, f"{name}-results.jsonl", "application/jsonl")
        link.copy_link()
    st.caption(jobs.anyone(SEEN))
    return run


def end_of(progress: Progress) -> str:
    """How a run ended and how many rows it did, in words."""
    rows = f"{progress.done:,} of {progress.total:,} rows"
    if progress.finished:
        return f"Done: {rows}"
    return f"Not finished: {rows}" if progress.error or progress.lost else f"Stopped after {rows}"


def pace(progress: Progress) -> str:
    """The time it took and its speed, in words."""
    rate = progress.done / max(progress.seconds, 1e-6)
    return f"in {progress.seconds:.1f} s ({rate:,.0f} per second)."


def preview(run: FileResults) -> None:
    """The first rows as a table."""
    first = [
        {name: shown(value) for name, value in row.items()} for row in itertools.islice(run.flat_lines(), ROWS_SHOWN)
    ]
    if first:
        st.dataframe(pd.DataFrame(first), hide_index=True, height=320)


def shown(value: Any) -> Any:
    """A cell for the preview: long texts cut."""
    return value[:CELL_SHOWN] if isinstance(value, str) else value
