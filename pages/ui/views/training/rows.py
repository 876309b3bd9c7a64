"""Gather: the rows that a training learns from, where they come from and what is to be known of them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pandas as pd
import streamlit as st

from core.errors import PlaygroundError
from core.files.tables import KINDS, LARGEST, LARGEST_MB, Table, read_table
from core.finetuning.gather import (
    Columns,
    RowRemark,
    TrainingRow,
    guess_columns,
    judge,
    read_rows,
    read_tagged,
    split,
)
from core.finetuning.plan import SEED, TrainedTask
from core.paths import ASSETS
from core.settings import load_settings
from pages.ui.app import desk
from pages.ui.app.arriving import opened
from pages.ui.figures.markup import escape, plain_label, shorten, show, table
from pages.ui.inputs.kept import kept

EXAMPLE, FILE, TYPED = "An example", "My file", "Typed here"
EXAMPLES = {"Reviews: positive or negative": "reviews.csv", "Sentences of six topics": "topics.csv"}
KINDS_OF_TASK: dict[str, TrainedTask] = {
    "Label a text": "text-classification",
    "Find names": "token-classification",
}
NONE, JUDGED = "—", "finetune_judged"
SHOWN = 6
FIRST_ROWS = (
    ("The parcel never arrived.", "complaint"),
    ("My order came broken.", "complaint"),
    ("Nobody answers my emails.", "complaint"),
    ("Thank you, that was quick!", "praise"),
    ("The new version is wonderful.", "praise"),
    ("Your support team is so kind.", "praise"),
)
MARKS = {"good": "✓", "note": "i", "warn": "!", "stop": "×"}


@dataclass(frozen=True)
class Gathered:
    """What there is to learn from, and what was found out about it."""

    task: TrainedTask
    name: str
    train: tuple[TrainingRow, ...]
    dev: tuple[TrainingRow, ...]
    remarks: tuple[RowRemark, ...]

    @property
    def ready(self) -> bool:
        """Whether something can be learned from the rows."""
        return bool(self.train) and not any(one.kind == "stop" for one in self.remarks)


def gather() -> Gathered | PlaygroundError | None:
    """The widgets, and the rows they give or what is wrong with them; None while there are none."""
    look: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
    with st.container(horizontal=True, key="finetune_what"):
        kinds = list(KINDS_OF_TASK)
        kind = st.segmented_control("What it should learn", kinds, default=kinds[0], **look, **kept("finetune_task"))
        task = KINDS_OF_TASK[str(kind)]
        ways = [EXAMPLE, FILE, TYPED] if task == "text-classification" else [FILE]
        way = st.segmented_control("Rows from", ways, default=ways[0], **look, **kept(f"finetune_rows_{task[:4]}"))
    try:
        if way == TYPED:
            return from_tables(task, typed())
        if way == EXAMPLE:
            chosen = st.selectbox("Example", list(EXAMPLES), label_visibility="collapsed", **kept("finetune_example"))
            file = ASSETS / EXAMPLES[chosen]
            return from_tables(task, read_table(file.name, file.read_bytes()))
        train, dev = uploaded("train", task), uploaded("dev", task)
        if train is None:
            return None
        if isinstance(train, Table):
            return from_tables(task, train, cast(Table | None, dev))
        return judged(task, "names", list(train), cast(list[TrainingRow] | None, dev), [])
    except PlaygroundError as e:
        return e


def typed() -> Table:
    """The rows that are typed into the page."""
    start = pd.DataFrame(FIRST_ROWS, columns=["text", "label"])
    edited = st.data_editor(
        start, num_rows="dynamic", hide_index=True, key="finetune_typed", width="stretch", height=260
    )
    cells = [(str(text or ""), str(label or "")) for text, label in edited.itertuples(index=False)]
    return Table("typed rows", ("text", "label"), tuple(cells), tuple(range(1, len(cells) + 1)))


def uploaded(part: str, task: TrainedTask) -> Table | list[TrainingRow] | None:
    """What is in a file, read once; None if there is none."""
    kinds = ["conll", "txt", "tsv"] if task == "token-classification" else list(KINDS[:3])
    label = {
        "train": f"Rows to learn from ({', '.join(kinds)})",
        "dev": "Rows to test on (optional; else a fifth of the others)",
    }[part]
    file = st.file_uploader(label, kinds, max_upload_size=LARGEST_MB, key=f"finetune_{part}_{task[:4]}")
    seen, state = f"finetune_{part}_id", f"finetune_{part}_content"
    if file is None:
        st.session_state.pop(seen, None)
        return None
    if st.session_state.get(seen) != file.file_id:
        st.session_state[state] = parsed(task, file.name, opened(file))
        st.session_state[seen] = file.file_id
    found: Table | list[TrainingRow] | PlaygroundError = st.session_state[state]
    if isinstance(found, PlaygroundError):
        raise found
    return found


def parsed(
    task: TrainedTask, name: str, file: AbstractContextManager[BinaryIO]
) -> Table | list[TrainingRow] | PlaygroundError:
    """The table or the tagged sentences of a file, or what is wrong with it."""
    most = load_settings().training_rows
    try:
        with file as content:
            found = content.read(LARGEST + 1)  # one byte more than a table may have
        return read_table(name, found, most) if task == "text-classification" else read_tagged(name, found, most)
    except PlaygroundError as e:
        return e


def from_tables(task: TrainedTask, train: Table, dev: Table | None = None) -> Gathered:
    """The rows of tables, with pickers for what their columns hold."""
    guess = guess_columns(train)
    names = list(train.columns)
    if len(names) > 2:
        chosen = f"Columns: {guess.text}{', ' + guess.pair if guess.pair else ''} and {guess.label}"
        with desk.settings(), st.expander(plain_label(chosen), key="finetune_columns"):
            text = st.selectbox("Text", names, index=names.index(guess.text), key="finetune_text")
            others = [NONE, *(name for name in names if name != text)]
            place = others.index(guess.pair) if guess.pair in others else 0
            pair = st.selectbox("Second text", others, index=place, key="finetune_pair")
            left = [name for name in names if name not in (text, pair)]
            place = left.index(guess.label) if guess.label in left else 0
            label = st.selectbox("Label", left, index=place, key="finetune_label")
            guess = Columns(text, label, "" if pair == NONE else pair)
    rows, odd = read_rows(train, guess)
    own = None
    if dev is not None:
        own, more = read_rows(dev, guess)
        odd += [RowRemark(one.kind, f"Dev file: {one.message}") for one in more]
    return judged(task, train.name, rows, own, odd)


def judged(
    task: TrainedTask, name: str, rows: list[TrainingRow], own: list[TrainingRow] | None, odd: list[RowRemark]
) -> Gathered:
    """The rows in two parts, with what is to be known of them; judged once as long as they are the same."""
    key = task, tuple(rows), tuple(own or ()), own is None
    known = st.session_state.get(JUDGED)
    if known is None or known[0] != key:
        train, dev = (rows, own) if own is not None else split(rows, SEED)
        found = [*judge(train, dev, own_dev=own is not None), *odd] if rows else odd
        st.session_state[JUDGED] = known = key, Gathered(task, name, tuple(train), tuple(dev), tuple(found))
    gathered: Gathered = known[1]
    return gathered


def first_rows(gathered: Gathered) -> None:
    """The first rows to learn from."""
    cells = [[escape(shorten(" | ".join(row.texts), 160)), escape(shorten(" ".join(row.labels), 80))]
             for row in gathered.train[:SHOWN]]  # fmt: skip
    show(table(["Text", "Label"], cells, "The first rows"))


def tell(remarks: tuple[RowRemark, ...]) -> None:
    """What was understood of the rows, line by line."""
    lines = "".join(
        f'<li class="pg-{one.kind}"><span aria-hidden="true">{MARKS[one.kind]}</span> {escape(one.message)}</li>'
        for one in remarks
    )
    show(f'<ul class="pg-remarks">{lines}</ul>')
