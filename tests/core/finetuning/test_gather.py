"""What is read out of files of labelled rows, and what is said of them before anything starts."""

import pytest

from core.errors import InputError
from core.files.tables import Table, read_table
from core.finetuning.gather import (
    Columns,
    RowRemark,
    TrainingRow,
    classes_of,
    guess_columns,
    read_rows,
    read_tagged,
    split,
)
from core.finetuning.remarks import judge


def table(text: str) -> Table:
    return read_table("rows.csv", text.encode())


def row(number: int, text: str, label: str) -> TrainingRow:
    return TrainingRow(number, (text,), (label,))


def messages(remarks: list[RowRemark], kind: str) -> str:
    return " ".join(one.message for one in remarks if one.kind == kind)


@pytest.mark.parametrize(
    ("header", "guess"),
    [
        ("label,text", Columns("text", "label")),
        ("Sentiment,Review,when", Columns("Review", "Sentiment")),
        ("premise,hypothesis,label", Columns("premise", "label", "hypothesis")),
        ("one,two", Columns("two", "one")),  # by what is in them
    ],
)
def test_columns_are_guessed(header: str, guess: Columns) -> None:
    cells = ["x", "a much longer text than that", "y"][: header.count(",") + 1]
    rows = "\n".join(",".join(cells) for _ in range(3))
    assert guess_columns(table(f"{header}\n{rows}\n")) == guess


def test_rows_without_text_or_label_are_left_out_by_number() -> None:
    rows, odd = read_rows(table("text,label\nfine,good\n,bad\nsad, \nlow,bad\n"), Columns("text", "label"))
    assert [one.number for one in rows] == [2, 5]
    assert messages(odd, "warn") == "Rows 3, 4 left out: text or label is empty."


def test_a_label_column_that_is_the_text_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be text and label"):
        read_rows(table("text,label\na,b\n"), Columns("text", "text"))


def test_tagged_words_are_read_sentence_by_sentence() -> None:
    rows = read_tagged("names.conll", b"Ada x B-PER\nLovelace x I-PER\n\nwrote x O\n")
    assert rows == [TrainingRow(1, ("Ada", "Lovelace"), ("B-PER", "I-PER")), TrainingRow(4, ("wrote",), ("O",))]
    assert classes_of(rows) == ("O", "B-PER", "I-PER")


@pytest.mark.parametrize("line", ["Ada", "Ada PER", "Ada B-"])
def test_a_line_without_a_tag_is_named(line: str) -> None:
    with pytest.raises(InputError, match="Line 2 of “names.conll”"):
        read_tagged("names.conll", f"Ada B-PER\n{line}\n".encode())


def test_a_fifth_of_each_class_is_held_out_and_copies_stay_together() -> None:
    rows = [row(n, f"text {n // 2}", "good" if n < 40 else "bad") for n in range(80)]
    train, dev = split(rows, seed=1)
    assert len(dev) == 16
    assert sum(one.labels == ("good",) for one in dev) == 8
    assert not {one.texts for one in train} & {one.texts for one in dev}
    assert split(rows, seed=1) == (train, dev)
    assert split(rows, seed=2) != (train, dev)


def test_labels_with_blanks_and_emoji_are_labels() -> None:
    rows = [row(n, f"t{n}", "😀 very good" if n % 2 else "not so good") for n in range(10)]
    found = list(judge(*split(rows, 1), "text-classification", own_dev=False))
    assert "2 labels: " in messages(found, "good")
    assert not messages(found, "stop")


@pytest.mark.parametrize(
    ("train", "dev", "kind", "says"),
    [
        ([row(1, "a", "x"), row(2, "b", "x")], [row(3, "c", "x")], "stop", "Every label is “x”"),
        ([row(1, "a", "x"), row(2, "b", "y")], [row(3, "c", "z")], "stop", "labels that the training file lacks: z"),
        ([row(1, "a", "x"), row(2, "A ", "y")], [row(3, "c", "x")], "warn", "Rows 1, 2: the same text has different"),
        ([row(1, "a", "x"), row(2, "b", "y")], [row(3, "B", "y")], "warn", "Row 3 of the test file: also learned from"),
        ([row(1, "a", "x"), row(2, "a", "x"), row(3, "b", "y")], [row(4, "c", "y")], "note", "1 row has the text"),
        ([*(row(n, f"{n}", "x") for n in range(30)), row(40, "b", "y")], [row(50, "c", "x")], "warn", "unequal"),
        ([row(1, "a", "x"), row(2, "b", "y")], [], "stop", "No row is left to test on"),
        ([row(n, f"{n}", f"{n}") for n in range(600)], [row(700, "c", "1")], "stop", "600 different labels"),
        ([TrainingRow(1, ("a", "b"), ("O", "O"))], [row(2, "a", "O")], "stop", "nothing to learn"),
    ],
    ids=["one class", "unknown label", "torn", "leak", "copy", "unequal", "no dev", "too many", "no names"],
)
def test_what_is_odd_is_told(train: list[TrainingRow], dev: list[TrainingRow], kind: str, says: str) -> None:
    task = "token-classification" if len(train[0].labels) > 1 else "text-classification"
    assert says in messages(list(judge(train, dev, task, own_dev=True)), kind)
