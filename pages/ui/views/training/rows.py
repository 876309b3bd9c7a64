"""Gather: the rows that a training learns from, where they come from and what is to be known of them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pandas as pd
import streamlit as st

from core.errors import PlaygroundError
from core.files.tables import KINDS, LARGEST, LARGEST_MB, Table, read_table
from core.finetuning.gather import (
    ANSWER_NAMES,
    Columns,
    RowRemark,
    TrainingRow,
    guess_columns,
    read_rows,
    read_tagged,
    split,
)
from core.finetuning.plan import SEED, TrainedTask
from core.finetuning.remarks import judge
from core.paths import ASSETS
from core.settings import load_settings
from pages.ui.app import desk
from pages.ui.app.arriving import opened
from pages.ui.figures.markup import escape, plain_label, shorten, show, table
from pages.ui.inputs.kept import kept

EXAMPLE, FILE, TYPED = "An example", "My file", "Typed here"
EXAMPLES: dict[TrainedTask, dict[str, str]] = {
    "text-classification": {"Reviews: positive or negative": "reviews.csv", "Sentences of six topics": "topics.csv"},
    "question-answering": {"Questions on twelve short passages": "questions.jsonl"},
    "fill-mask": {"Sentences from a kitchen": "kitchen.txt"},
}
KINDS_OF_TASK: dict[str, TrainedTask] = {
    "Labels": "text-classification",
    "Names": "token-classification",
    "Answers": "question-answering",
    "Hidden words": "fill-mask",
}
NONE, PREFIX = "—", "finetune"  # of the keys of the widgets
SHOWN = 6
PASSAGE = "The ferry to Holm leaves at seven. The crossing takes fifty minutes."
TYPED_ROWS: dict[TrainedTask, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "question-answering": (
        ("question", "context", "answers"),
        (
            ("When does the ferry leave?", PASSAGE, "seven"),
            ("How long does the crossing take?", PASSAGE, "fifty minutes"),
            ("Who is the captain?", PASSAGE, ""),
        ),
    ),
    "fill-mask": (
        ("text",),
        (
            ("Knead the dough until it is smooth.",),
            ("Let the dough rise for an hour.",),
            ("Bake the loaf until the crust is golden.",),
        ),
    ),
}
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


def chosen_task(prefix: str = PREFIX) -> TrainedTask:
    """What the visitor wants it to learn, which is chosen above the rows."""
    return KINDS_OF_TASK.get(str(st.session_state.get(f"{prefix}_task")), "text-classification")


def gather(prefix: str = PREFIX, example_first: int = 0) -> Gathered | PlaygroundError | None:
    """The widgets, and the rows they give or what is wrong with them; None while there are none. Of the examples the
    one with the number `example_first` is chosen already."""
    look: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
    with st.container(horizontal=True, key=f"{prefix}_what"):
        kinds = list(KINDS_OF_TASK)
        kind = st.segmented_control("What it should learn", kinds, default=kinds[0], **look, **kept(f"{prefix}_task"))
        task = KINDS_OF_TASK[str(kind)]
        ways = [EXAMPLE, FILE, TYPED] if task in EXAMPLES else [FILE]
        way = st.segmented_control("Rows from", ways, default=ways[0], **look, **kept(f"{prefix}_rows_{task[:4]}"))
    try:
        if way == TYPED:
            return from_tables(task, typed(task, prefix), prefix=prefix)
        if way == EXAMPLE:
            return from_tables(task, example(task, prefix, example_first), prefix=prefix)
        train, dev = uploaded("train", task, prefix), uploaded("dev", task, prefix)
        if train is None:
            return None
        if isinstance(train, Table):
            return from_tables(task, train, cast(Table | None, dev), prefix)
        return judged(task, "names", list(train), cast(list[TrainingRow] | None, dev), [], prefix)
    except PlaygroundError as e:
        return e


def example(task: TrainedTask, prefix: str, first: int) -> Table:
    """The rows of an example; there is nothing to choose where the task has one."""
    known = EXAMPLES[task]
    key = f"{prefix}_example" if task == "text-classification" else f"{prefix}_example_{task[:4]}"
    first = min(first, len(known) - 1)
    chosen = st.selectbox("Example", list(known), first, label_visibility="collapsed", **kept(key))
    file = ASSETS / known[chosen]
    return read_table(file.name, file.read_bytes(), as_json=as_json(task))


def as_json(task: TrainedTask) -> tuple[str, ...]:
    """The columns whose lists are read as they are."""
    return ANSWER_NAMES if task == "question-answering" else ()


def typed(task: TrainedTask, prefix: str) -> Table:
    """The rows that are typed into the page."""
    names, first = TYPED_ROWS.get(task, (("text", "label"), FIRST_ROWS))
    key = f"{prefix}_typed" if task == "text-classification" else f"{prefix}_typed_{task[:4]}"
    start = pd.DataFrame(first, columns=list(names))
    edited = st.data_editor(start, num_rows="dynamic", hide_index=True, key=key, width="stretch", height=260)
    cells = [tuple(str(cell or "") for cell in row) for row in edited.itertuples(index=False)]
    return Table("typed rows", names, tuple(cells), tuple(range(1, len(cells) + 1)))


def kinds_of(task: TrainedTask) -> list[str]:
    """The files that may be uploaded, by the ends of their names."""
    return ["conll", "txt", "tsv"] if task == "token-classification" else list(KINDS[: 3 + (task == "fill-mask")])


def uploaded(part: str, task: TrainedTask, prefix: str) -> Table | list[TrainingRow] | None:
    """What is in a file, read once; None if there is none."""
    kinds = kinds_of(task)
    label = {
        "train": f"Rows to learn from ({', '.join(kinds)})",
        "dev": "Rows to test on (optional; else a fifth of the others)",
    }[part]
    file = st.file_uploader(label, kinds, max_upload_size=LARGEST_MB, key=f"{prefix}_{part}_{task[:4]}")
    seen, state = f"{prefix}_{part}_id", f"{prefix}_{part}_content"
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
        if task == "token-classification":
            return read_tagged(name, found, most)
        return read_table(name, found, most, as_json=as_json(task))
    except PlaygroundError as e:
        return e


def from_tables(task: TrainedTask, train: Table, dev: Table | None = None, prefix: str = PREFIX) -> Gathered:
    """The rows of tables, with pickers for what their columns hold."""
    guess = guess_columns(train, task)
    if len(train.columns) > 2 + (task == "question-answering") or (task == "fill-mask" and len(train.columns) > 1):
        guess = pick_columns(task, train, guess, prefix)
    rows, odd = read_rows(train, guess, task)
    own = None
    if dev is not None:
        own, more = read_rows(dev, guess, task)
        odd += [RowRemark(one.kind, f"Dev file: {one.message}") for one in more]
    return judged(task, train.name, rows, own, odd, prefix)


def pick_columns(task: TrainedTask, rows: Table, guess: Columns, prefix: str) -> Columns:
    """The columns that are chosen; those that are guessed come first."""
    names, whose = list(rows.columns), "Columns" if prefix == PREFIX else f"Columns of {rows.name}"
    second, third = ("Passage", "Answers") if task == "question-answering" else ("Second text", "Label")
    said = [name for name in (guess.text, guess.pair, guess.label) if name]
    with desk.settings(), st.expander(plain_label(f"{whose}: {', '.join(said)}"), key=f"{prefix}_columns"):
        text = one_of("Question" if task == "question-answering" else "Text", names, guess.text, f"{prefix}_text")
        if task == "fill-mask":
            return Columns(text)
        left = [name for name in names if name != text]
        left = left if task == "question-answering" else [NONE, *left]
        pair = one_of(second, left, guess.pair, f"{prefix}_pair")
        label = one_of(third, [name for name in names if name not in (text, pair)], guess.label, f"{prefix}_label")
    return Columns(text, label, "" if pair == NONE else pair, guess.start)


def one_of(label: str, names: list[str], guess: str, key: str) -> str:
    """A picker of a column."""
    chosen: str = st.selectbox(label, names, index=names.index(guess) if guess in names else 0, key=key)
    return chosen


def judged(
    task: TrainedTask,
    name: str,
    rows: list[TrainingRow],
    own: list[TrainingRow] | None,
    odd: list[RowRemark],
    prefix: str = PREFIX,
) -> Gathered:
    """The rows in two parts, with what is to be known of them; judged once as long as they are the same."""
    key = task, name, tuple(rows), tuple(own or ()), own is None, tuple(odd)
    kept_in = f"{prefix}_judged"
    known = st.session_state.get(kept_in)
    if known is None or known[0] != key:
        train, dev = (rows, own) if own is not None else split(rows, SEED, task)
        found = [*judge(train, dev, task, own_dev=own is not None), *odd] if rows else odd
        st.session_state[kept_in] = known = key, Gathered(task, name, tuple(train), tuple(dev), tuple(found))
    gathered: Gathered = known[1]
    return gathered


def first_rows(gathered: Gathered) -> None:
    """The first rows to learn from."""
    last = {"question-answering": "Answer", "fill-mask": ""}.get(gathered.task, "Label")
    said = [" ".join(row.labels) if gathered.task == "token-classification" else " / ".join(row.labels)
            for row in gathered.train[:SHOWN]]  # fmt: skip
    texts = [shorten(" | ".join(row.texts), 160) for row in gathered.train[:SHOWN]]
    cells = [
        [escape(text), *([escape(shorten(one, 80)) or "<i>none</i>"] if last else [])]
        for text, one in zip(texts, said, strict=True)
    ]
    show(table(["Text", *([last] if last else [])], cells, "The first rows"))


def tell(remarks: tuple[RowRemark, ...]) -> None:
    """What was understood of the rows, line by line."""
    lines = "".join(
        f'<li class="pg-{one.kind}"><span aria-hidden="true">{MARKS[one.kind]}</span> {escape(one.message)}</li>'
        for one in remarks
    )
    show(f'<ul class="pg-remarks">{lines}</ul>')
