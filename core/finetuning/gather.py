"""The rows that a training learns from: read out of a table or a tagged file, and judged before anything starts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.errors import InputError
from core.files.tables import LARGEST, LARGEST_MB, MOST_ROWS, Table, decode
from core.text.phrases import listed, quoted, shorten

TEXT_NAMES = ("text", "sentence", "review", "question", "premise", "sentence1", "content", "utterance", "message")
PAIR_NAMES = ("text_pair", "pair", "sentence2", "hypothesis", "passage", "context")
LABEL_NAMES = ("label", "labels", "class", "category", "sentiment", "intent", "topic", "target", "answer")
MOST_CLASSES, MOST_TAGGED_WORDS = 500, 2000
SHARE = 0.2  # of the rows that are held out where there is no dev file
MOST_HELD_OUT = 2000
IMBALANCE = 10  # times as many rows of one class as of another
MOST_NAMED = 5  # rows that a remark names
TAG = re.compile(r"^(O|[BI]-\S+)$")


@dataclass(frozen=True)
class TrainingRow:
    """One or two `texts` with one label, or the words of a sentence with a tag each. `number` is that of the file."""

    number: int
    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what; no `pair` for one text."""

    text: str
    label: str
    pair: str = ""


@dataclass(frozen=True)
class RowRemark:
    """Something about the rows that one should know; with `stop` nothing can be learned from them."""

    kind: Literal["good", "note", "warn", "stop"]
    message: str


def guess_columns(table: Table) -> Columns:
    """By their names, else by what is in them: labels are few and short, texts are long. InputError for one column."""
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


def read_rows(table: Table, columns: Columns) -> tuple[list[TrainingRow], list[RowRemark]]:
    """The rows that have text and label, and which have not."""
    for name in filter(None, (columns.text, columns.label, columns.pair)):
        if name not in table.columns:
            raise InputError(f"There is no column {quoted(name)}.", f"There are {listed(table.columns)}.")
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


def split(rows: Sequence[TrainingRow], seed: int) -> tuple[list[TrainingRow], list[TrainingRow]]:
    """Rows to learn from and rows held out, a fifth of each class; copies of one text stay together."""
    rng = np.random.default_rng(seed)
    by_class: dict[tuple[str, ...], dict[tuple[str, ...], list[TrainingRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kind = row.labels if len(row.labels) == 1 else ()
        by_class[kind][plain(row)].append(row)
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


def judge(train: Sequence[TrainingRow], dev: Sequence[TrainingRow], *, own_dev: bool) -> Iterator[RowRemark]:
    """What was understood of the rows, and what is odd about them; `own_dev`: the dev rows are a file of their own."""
    tags = any(len(row.labels) > 1 for row in train)
    what = "sentences" if tags else "rows"
    held = (
        f"{len(dev):,} of your test file"
        if own_dev
        else f"{len(dev):,} held out{'' if tags else ', a fifth of each class'}"
    )
    yield RowRemark("good", f"{len(train):,} {what} to learn from, {held}.")
    yield from judge_labels(train, dev, tags=tags)
    copies = Counter(map(plain, train))
    if many := sum(count - 1 for count in copies.values()):
        have = f"{what[:-1]} has" if many == 1 else f"{what} have"
        yield RowRemark("note", f"{many:,} {have} the text of another one.")
    labels: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for row in train:
        labels[plain(row)].add(row.labels)
    if torn := [row.number for row in train if len(labels[plain(row)]) > 1]:
        yield RowRemark("warn", f"{rows_named(torn)}: the same text has different labels.")
    if leaks := [row.number for row in dev if plain(row) in copies]:
        yield RowRemark(
            "warn", f"{rows_named(leaks)} of the test file: also learned from, so the score will be too good."
        )
    if not dev:
        yield RowRemark("stop", "No row is left to test on: each class needs at least two different texts.")


def judge_labels(train: Sequence[TrainingRow], dev: Sequence[TrainingRow], *, tags: bool) -> Iterator[RowRemark]:
    """The classes, how unequal they are, and those that only one side has."""
    counts = Counter(label for row in train for label in row.labels)
    names = classes_of(train)
    if tags:
        kinds = sorted({name.partition("-")[2] for name in names} - {""})
        yield RowRemark("good" if kinds else "stop", f"{len(kinds):,} kinds of names: {listed(kinds)}." if kinds else
                      "No word is tagged as a name: there is nothing to learn.")  # fmt: skip
    elif len(names) < 2:
        label = f"Every label is {quoted(names[0])}" if names else "There is no row with text and label"
        yield RowRemark("stop", f"{label}: there is nothing to tell apart.")
    elif len(names) > MOST_CLASSES:
        yield RowRemark("stop", f"There are {len(names):,} different labels; up to {MOST_CLASSES:,} can be learned. "
                      "Is this the right column?")  # fmt: skip
    else:
        shown = [f"{shorten(name, 30)} ({counts[name]:,})" for name, _ in counts.most_common()]
        yield RowRemark("good", f"{len(names):,} labels: {listed(shown)}.")
        ((_, most), (rare, fewest)) = counts.most_common(1)[0], counts.most_common()[-1]
        if most > IMBALANCE * fewest:
            counted = f"{quoted(rare)} has {fewest:,} rows, the largest {most:,}"
            yield RowRemark("warn", f"The classes are unequal: {counted}. Class weights help.")
    if new := sorted({label for row in dev for label in row.labels} - set(names)):
        yield RowRemark("stop", f"The test file has labels that the training file lacks: {listed(new)}.")


def plain(row: TrainingRow) -> tuple[str, ...]:
    """The texts as they are compared: without case and spaces."""
    return tuple(" ".join(text.lower().split()) for text in row.texts)


def rows_named(numbers: Sequence[int]) -> str:
    """“Row 3”, “Rows 3, 5 and 2 more”."""
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {listed([f'{n:,}' for n in numbers], MOST_NAMED)}"


def from_dict(values: Mapping[str, Any]) -> TrainingRow:
    """A row as JSON has it."""
    return TrainingRow(int(values["number"]), tuple(values["texts"]), tuple(values["labels"]))
