"""Checkpoints compared on a file: speed vs. quality, on how many rows they agree, where they differ most."""

import csv
import io
from collections.abc import Iterator, Sequence

import streamlit as st

from core.comparison.rows import RowAgreement, RowsAgreement, compare_rows, sum_up
from core.files.row_file import input_names
from core.files.rows import safe_cell
from core.files.run import FileResults
from pages.ui.answers import cost
from pages.ui.answers.picture import picture_of
from pages.ui.app import library
from pages.ui.app.families import badge
from pages.ui.figures.export import download, pictures
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle, table, two_digits
from pages.ui.inputs.checkpoints import where_another_is
from pages.ui.views.comparison.around_answers import scores
from pages.ui.views.side_by_side import status_of

SHOWN = 20  # rows


def file_comparison(task: str, run: FileResults, prefix: str) -> None:
    """A run over a file: speed vs. quality, on how many rows all agree, and the rows on which they differ most."""
    laps = {checkpoint: lap for checkpoint, lap in run.laps.items() if not lap.error}
    known = {row.id for row in library.catalog()}  # of what another visitor brought nothing more is told
    with figure("Speed and quality", "speed"):
        cost.speed_table(
            [
                cost.Speed(run.models[c], lap, status_of(c), scores(task, c) if c in known else ())
                for c, lap in laps.items()
            ]
        )
    checkpoints = list(laps)
    differ = where_they_differ(task, run, checkpoints, prefix)
    with st.container(horizontal=True, key="scores-row"):
        if differ:
            download("Rows that differ", lambda: differing_rows(task, run, checkpoints), "differences.csv", "text/csv")
        pictures("compare-file", {one: f"rows of {run.table.name}" for one in checkpoints})


def where_they_differ(task: str, run: FileResults, checkpoints: Sequence[str], prefix: str) -> bool:
    """Draws on how many rows all agree and the rows on which they differ most; returns whether there are any."""
    if len(checkpoints) < 2:
        show(callout("Only one model has answered.", where_another_is(task), "note"))
        return False
    found = summed_up(task, run, checkpoints, prefix)
    if not found.rows:
        show(callout("No row has an answer from every model.", "Run the file again.", "note"))
        return False
    with figure("Where they differ", "differences"):
        draw_differences(task, run, checkpoints, found)
    return bool(found.most_different)


def draw_differences(task: str, run: FileResults, checkpoints: Sequence[str], found: RowsAgreement) -> None:
    """The share of rows that agree, and those that do not."""
    show(subtitle("Where they differ", f"rows agree if {picture_of(task).same}"))
    share = 100 * found.agreed / found.rows
    rows = f"{found.agreed:,} of {found.rows:,} rows agree"
    show(f'<div class="pg-cosine"><b>{share:.0f}%</b><span>{rows}</span></div>')
    if not found.most_different:
        show('<p class="pg-empty">There is no row on which they differ.</p>')
        return
    column = next(iter(run.columns.values()))
    said = checkpoints if picture_of(task).summary_column else []
    cells = [row_cells(one, column, bool(said)) for one in found.most_different[:SHOWN]]
    headers = ["Row", "Text", *said, "Overlap"]
    badges = {id: f"{badge(run.models[id].family)} " for id in said}
    show(table(headers, cells, "Rows with the biggest differences", [0, len(headers) - 1], badges=badges))


def agreements(task: str, run: FileResults, checkpoints: Sequence[str]) -> Iterator[RowAgreement]:
    """Row by row how far the checkpoints agree."""
    return compare_rows([run.lines_of(checkpoint) for checkpoint in checkpoints], picture_of(task).summary_column)


def summed_up(task: str, run: FileResults, checkpoints: Sequence[str], prefix: str) -> RowsAgreement:
    """The agreement over all rows, read from the file of the run once."""
    state = f"{prefix}_agreement"
    if st.session_state.get(state, ("",))[0] != run.id:
        with st.spinner("Comparing the rows"):
            st.session_state[state] = (run.id, sum_up(agreements(task, run, checkpoints)))
    found: RowsAgreement = st.session_state[state][1]
    return found


def row_cells(one: RowAgreement, column: str, said: bool) -> list[str]:
    """A row as cells: its number, its text, what each checkpoint says, how much of it overlaps."""
    text = shorten(one.line.inputs[column], 160)
    words = [escape(in_short(word)) for word in one.said] if said else []
    return [f"{one.line.row:,}", escape(text), *words, "—" if one.share is None else f"{one.share:.2f}"]


def in_short(word: object) -> str:
    """What a checkpoint says, in a cell."""
    return two_digits(word) if isinstance(word, float) else shorten(word or "—", 200)


def differing_rows(task: str, run: FileResults, checkpoints: Sequence[str]) -> str:
    """All rows that differ as CSV."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    names = input_names(run.table.columns, ("row", *checkpoints, "overlap"))
    writer.writerow(map(safe_cell, ["row", *names.values(), *checkpoints, "overlap"]))
    for one in agreements(task, run, checkpoints):
        if not one.same:
            row = [one.line.row, *one.line.inputs.values(), *one.said, one.share]
            writer.writerow([safe_cell(value) for value in row])
    return sink.getvalue()
