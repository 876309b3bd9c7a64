"""What is said of rows for a teacher (remarks.py) before it teaches."""

import pytest

from core.checkpoints.catalog import load_catalog
from core.compression.own_rows import sentences_with_names
from core.distillation.own_rows import own_rows_apart
from core.distillation.remarks import judge_teacher
from core.finetuning.gather import TrainingRow

ROW = load_catalog()["mini-bert-sentiment"]


def rows(*labels: str) -> list[TrainingRow]:
    return [TrainingRow(n, (f"day {n}",), (label,)) for n, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("train", "says"),
    [
        (rows("positive", "negative"), "So few rows to learn from (2) teach nothing: add more, at least 8."),
        (rows(*["good", "bad"] * 6), "0 of 12 rows have a label that the model knows; 8 are needed."),
        (rows(*[" Positive", "NEGATIVE", "mixed"] * 6), "6 rows are left out: the teacher does not know the label."),
    ],
)
def test_labels_that_the_teacher_does_not_know_are_told_before_it_starts(train: list[TrainingRow], says: str) -> None:
    (remark,) = judge_teacher(ROW, "text-classification", train, rows("negative"))
    assert remark.message.startswith(says)


def test_nothing_is_said_of_rows_that_suit() -> None:
    assert not [*judge_teacher(ROW, "text-classification", *own_rows_apart(ROW))]
    names = sentences_with_names()
    assert not [*judge_teacher(load_catalog()["minilm-ner"], "token-classification", names[:300], names[300:])]
