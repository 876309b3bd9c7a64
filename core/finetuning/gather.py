"""The rows that a training learns from: read out of a table or a tagged file, and divided in two."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.errors import InputError
from core.files.tables import LARGEST, LARGEST_MB, MOST_ROWS, Table, decode
from core.finetuning.plan import TrainedTask
from core.finetuning.questions import STARTS, find_answers
from core.text.phrases import listed, quoted

TEXT_NAMES = ("text", "sentence", "review", "question", "premise", "sentence1", "content", "utterance", "message")
PAIR_NAMES = ("text_pair", "pair", "sentence2", "hypothesis", "passage", "context")
LABEL_NAMES = ("label", "labels", "class", "category", "sentiment", "intent", "topic", "target", "answer")
QUESTION_NAMES = ("question", "query", "text")
PASSAGE_NAMES = ("context", "passage", "paragraph", "document")
ANSWER_NAMES = ("answers", "answer", "label", "labels")
MOST_TAGGED_WORDS = 2000
SHARE = 0.2  # of the rows that are held out where there is no dev file
MOST_HELD_OUT = 2000
FEWEST_PASSAGES = 5  # whose questions are held out together
MOST_NAMED = 5  # rows that a remark names
TAG = re.compile(r"^(O|[BI]-\S+)$")


@dataclass(frozen=True)
class TrainingRow:
    """One or two `texts` with one label; the words of a sentence with a tag each; question and passage with the answers
    as labels, none if there is no answer, and the character of the passage where each `starts`; or a text without a
    label. `number` is that of the file.
    """

    number: int
    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what: no `pair` for one text, no `label` for plain texts. Of questions, `text` is
    the question, `pair` the passage, `label` the answers, and `start` where they start, if a column says so.
    """

    text: str
    label: str = ""
    pair: str = ""
    start: str = ""


@dataclass(frozen=True)
class RowRemark:
    """Something about the rows that one should know; with `stop` nothing can be learned from them."""

    kind: Literal["good", "note", "warn", "stop"]
    message: str


def guess_columns(table: Table, task: TrainedTask = "text-classification") -> Columns:
    """By their names, else by what is in them: labels are few and short, texts are long. InputError for too few."""
    if task == "question-answering":
        return guess_questions(table)
    if task == "fill-mask":
        return Columns(guess_text(table))
    if len(table.columns) < 2:
        message = f"{quoted(table.name)} has only the column {quoted(table.columns[0])}."
        raise InputError(message, "Give it a column with the texts and one with the labels.")
    plain = {column.strip().lower(): column for column in table.columns}
    label = next((plain[name] for name in LABEL_NAMES if name in plain), "")
    text = next((plain[name] for name in TEXT_NAMES if name in plain and plain[name] != label), "")
    others = [column for column in table.columns if column not in (label, text)]
    sizes = {column: sum(map(len, table.column(column))) for column in table.columns}
    if not label:
        label = min(others, key=lambda column: len(set(table.column(column))))
        others.remove(label)
    if not text:
        text = max((column for column in table.columns if column != label), key=lambda column: sizes[column])
    pair = next((plain[name] for name in PAIR_NAMES if name in plain and plain[name] not in (label, text)), "")
    return Columns(text, label, pair)


def guess_questions(table: Table) -> Columns:
    """The columns of question, passage and answers; InputError names those that are missing."""
    plain = {column.strip().lower(): column for column in table.columns}
    wanted = {"question": QUESTION_NAMES, "context": PASSAGE_NAMES, "answers": ANSWER_NAMES}
    found = {name: next((plain[one] for one in known if one in plain), "") for name, known in wanted.items()}
    if missing := [name for name, column in found.items() if not column]:
        message = f"{quoted(table.name)} has no column {listed(map(quoted, missing))}; it has {listed(table.columns)}."
        raise InputError(message, "Name the columns question, context and answers.")
    start = next((plain[name] for name in STARTS if name in plain), "")
    return Columns(found["question"], found["answers"], found["context"], start)


def guess_text(table: Table) -> str:
    """The column with the texts, by its name or because most is in it."""
    plain = {column.strip().lower(): column for column in table.columns}
    known = next((plain[name] for name in TEXT_NAMES if name in plain), "")
    return known or max(table.columns, key=lambda column: sum(map(len, table.column(column))))


def read_rows(
    table: Table, columns: Columns, task: TrainedTask = "text-classification"
) -> tuple[list[TrainingRow], list[RowRemark]]:
    """The rows that have what the task needs, and which have not."""
    for name in filter(None, (columns.text, columns.label, columns.pair, columns.start)):
        if name not in table.columns:
            raise InputError(f"There is no column {quoted(name)}.", f"There are {listed(table.columns)}.")
    if task == "question-answering":
        return read_questions(table, columns)
    if task == "fill-mask":
        return read_texts(table, columns)
    if columns.label in (columns.text, columns.pair):
        raise InputError(f"The column {quoted(columns.label)} cannot be text and label.", "Choose another one.")
    texts = [table.column(name) for name in (columns.text, columns.pair) if name]
    found, empty = [], []
    for number, label, *parts in zip(table.numbers, table.column(columns.label), *texts, strict=True):
        if label.strip() and all(part.strip() for part in parts):
            found.append(TrainingRow(number, tuple(parts), (label.strip(),)))
        else:
            empty.append(number)
    return found, [RowRemark("warn", f"{rows_named(empty)} left out: text or label is empty.")] if empty else []


def read_questions(table: Table, columns: Columns) -> tuple[list[TrainingRow], list[RowRemark]]:
    """The questions whose answers stand in their passages, or that have none; and which rows are odd."""
    starts = table.column(columns.start) if columns.start else [""] * len(table)
    cells = (table.column(name) for name in (columns.text, columns.pair, columns.label))
    rows, empty, absent = [], [], []
    for number, question, passage, answers, start in zip(table.numbers, *cells, starts, strict=True):
        found = find_answers(answers, start, passage)
        if not (question.strip() and any(map(str.isalnum, passage))):
            empty.append(number)
        elif found is None:
            absent.append(number)
        else:
            texts, places = tuple(text for text, _ in found), tuple(place for _, place in found)
            rows.append(TrainingRow(number, (question.strip(), passage), texts, places))
    told = {"question or passage is empty": empty, "the answer is not in the passage": absent}
    return rows, [RowRemark("warn", f"{rows_named(odd)} left out: {why}.") for why, odd in told.items() if odd]


def read_texts(table: Table, columns: Columns) -> tuple[list[TrainingRow], list[RowRemark]]:
    """The texts, and which rows are without one."""
    rows = [
        TrainingRow(number, (text,))
        for number, text in zip(table.numbers, table.column(columns.text), strict=True)
        if any(map(str.isalnum, text))
    ]
    kept = {row.number for row in rows}
    empty = [number for number in table.numbers if number not in kept]
    return rows, [RowRemark("warn", f"{rows_named(empty)} left out: there are no words.")] if empty else []


def read_tagged(name: str, content: bytes, most_rows: int = MOST_ROWS) -> list[TrainingRow]:
    """Sentences of a CoNLL file: a word and its tag (O, B-…, I-…) on each line, the tag last; blank lines between them.

    InputError names the line that is not like that.
    """
    if len(content) > LARGEST:
        raise InputError(f"{quoted(name)} is larger than {LARGEST_MB} MB.", "Split the file.")
    found: list[TrainingRow] = []
    words: list[str] = []
    tags: list[str] = []
    first = 1
    for number, line in enumerate([*decode(content).splitlines(), ""], 1):
        cells = line.split()
        if not cells or line.startswith(("-DOCSTART-", "# ")):
            if words and len(found) == most_rows:
                message = f"{quoted(name)} has more than the {most_rows:,} sentences allowed."
                raise InputError(message, "Use a part of it.")
            if words:
                found.append(TrainingRow(first, tuple(words), tuple(tags)))
            words, tags, first = [], [], number + 1
            continue
        if len(cells) < 2 or not TAG.match(cells[-1]):
            message = f"Line {number:,} of {quoted(name)} is {quoted(line)}."
            raise InputError(message, "Write a word, a blank, and its tag on each line: O, B-NAME or I-NAME.")
        if len(words) == MOST_TAGGED_WORDS:
            message = f"The sentence at line {first:,} has more than {MOST_TAGGED_WORDS:,} words."
            raise InputError(message, "Put a blank line between sentences.")
        words.append(cells[0])
        tags.append(cells[-1])
    if not found:
        raise InputError(f"{quoted(name)} has no sentences.", "Write a word, a blank, and its tag on each line.")
    return found


def classes_of(rows: Sequence[TrainingRow]) -> tuple[str, ...]:
    """All labels; tags with O first and B before I, as the names of classes."""
    found = {label for row in rows for label in row.labels}
    return tuple(sorted(found, key=lambda label: (label != "O", label.partition("-")[2] or label, label)))


def split(
    rows: Sequence[TrainingRow], seed: int, task: TrainedTask = "text-classification"
) -> tuple[list[TrainingRow], list[TrainingRow]]:
    """Rows to learn from and rows held out, a fifth of each class; copies of one text stay together, and so do all
    questions on one passage where there are several passages.
    """
    apart = task == "question-answering" and len({row.texts[-1] for row in rows}) >= FEWEST_PASSAGES
    rng = np.random.default_rng(seed)
    by_class: dict[tuple[str, ...], dict[tuple[str, ...], list[TrainingRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kind = row.labels if task == "text-classification" else ()
        group = plain(row)[1:] if apart else plain(row)
        by_class[kind][group].append(row)
    train: list[TrainingRow] = []
    dev: list[TrainingRow] = []
    most = MOST_HELD_OUT / max(1, len(rows))
    for alike in by_class.values():
        groups = [group for _, group in sorted(alike.items())]
        order = rng.permutation(len(groups))
        held_out = max(1, round(len(groups) * min(SHARE, most))) if len(groups) > 1 else 0
        for place, n in enumerate(order):
            (dev if place < held_out else train).extend(groups[n])
    return sorted(train, key=lambda row: row.number), sorted(dev, key=lambda row: row.number)


def plain(row: TrainingRow) -> tuple[str, ...]:
    """The texts as they are compared: without case and spaces."""
    return tuple(" ".join(text.lower().split()) for text in row.texts)


def rows_named(numbers: Sequence[int]) -> str:
    """“Row 3”, “Rows 3, 5 and 2 more”."""
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {listed([f'{n:,}' for n in numbers], MOST_NAMED)}"


def from_dict(values: Mapping[str, Any]) -> TrainingRow:
    """A row as JSON has it."""
    parts = (tuple(values.get(name, ())) for name in ("texts", "labels", "starts"))
    return TrainingRow(int(values["number"]), *parts)
