"""The labelled rows on which smaller versions are scored: ours, or those of a file."""

from typing import cast

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.compression.own_rows import own_rows
from core.errors import PlaygroundError
from core.files.tables import LARGEST_MB, Table
from core.finetuning.gather import RowRemark, TrainingRow, guess_columns, read_rows
from core.finetuning.plan import TrainedTask
from pages.ui.app.arriving import opened
from pages.ui.inputs.kept import kept
from pages.ui.views.training.rows import kinds_of, parsed

OURS, FILE = "Rows of ours", "My file"
LabelledRows = tuple[TrainingRow, ...]


def labelled_rows(row: Checkpoint, prefix: str) -> tuple[str, LabelledRows] | None:
    """Where they come from, and the rows; None as long as there is no file."""
    way = st.segmented_control(
        "Rows from", [OURS, FILE], default=OURS, required=True, label_visibility="collapsed", **kept(f"{prefix}_rows")
    )
    if way == OURS:
        return "our own rows", own_rows(row)
    task: TrainedTask = "token-classification" if row.head == "token-classification" else "text-classification"
    found = rows_of_file(task, prefix)
    return found and (found[0], found[1])


def rows_of_file(task: TrainedTask, prefix: str) -> tuple[str, LabelledRows, tuple[RowRemark, ...]] | None:
    """The name of a file that is uploaded, its rows, and what is odd about them; None as long as there is none."""
    kinds = kinds_of(task)
    label = f"{'Texts' if task == 'fill-mask' else 'Labelled rows'} ({', '.join(kinds)})"
    file = st.file_uploader(label, kinds, max_upload_size=LARGEST_MB, key=f"{prefix}_file_{task[:4]}")
    if file is None:
        return None
    seen, state = f"{prefix}_file_id", f"{prefix}_content"
    if st.session_state.get(seen) != (file.file_id, task):
        st.session_state[state] = parsed(task, file.name, opened(file))
        st.session_state[seen] = file.file_id, task
    found = st.session_state[state]
    if isinstance(found, PlaygroundError):
        raise found
    if isinstance(found, Table):
        rows, odd = read_rows(found, guess_columns(found, task), task)
        return file.name, tuple(rows), tuple(odd)
    return file.name, tuple(cast(list[TrainingRow], found)), ()
