"""Answers are found in their passages, however a file writes them."""

import json

import pytest

from core.checkpoints.catalog import load_catalog
from core.errors import InputError
from core.files.tables import Table, read_table
from core.finetuning.gather import ANSWER_NAMES, Columns, TrainingRow, guess_columns, read_rows, split
from core.finetuning.plan import TrainingPlan
from core.finetuning.questions import find_answers
from core.finetuning.remarks import judge, judge_start

PASSAGE = "In Holm the ferry leaves at seven, and at seven it is dark in Holm."
TASK = "question-answering"


@pytest.mark.parametrize(
    ("cell", "start", "found"),
    [
        ("seven", "", [("seven", 28)]),
        ("seven", "43", [("seven", 42)]),  # the place that is nearest to what is said
        ("Seven", "", [("seven", 28)]),
        ("", "", []),
        ('{"text": ["seven", "Holm"], "answer_start": [42, 3]}', "", [("seven", 42), ("Holm", 3)]),
        ('{"text": [], "answer_start": []}', "", []),
        ('["seven", "Holm"]', "", [("seven", 28), ("Holm", 3)]),
        ('[{"text": "seven", "start": 42}]', "", [("seven", 42)]),
        ("eight", "", None),
        ('["seven", "eight"]', "", None),
        ("{seven", "", None),
    ],
)
def test_answers_are_found_in_every_notation(cell: str, start: str, found: object) -> None:
    assert find_answers(cell, start, PASSAGE) == found


def lines(*rows: dict[str, object]) -> Table:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return read_table("squad.jsonl", content, as_json=ANSWER_NAMES)


def test_rows_like_squads_and_like_the_command_lines_are_read_and_odd_ones_named() -> None:
    table = lines(
        {"question": "When?", "context": PASSAGE, "answers": {"text": ["seven"], "answer_start": [42]}},
        {"question": "Where?", "context": PASSAGE, "answers": ["Holm"]},
        {"question": "Who?", "context": PASSAGE, "answers": []},
        {"question": "How?", "context": PASSAGE, "answers": ["by train"]},
        {"question": " ", "context": PASSAGE, "answers": ["seven"]},
    )
    rows, odd = read_rows(table, guess_columns(table, TASK), TASK)
    assert [(row.labels, row.starts) for row in rows] == [(("seven",), (42,)), (("Holm",), (3,)), ((), ())]
    assert [one.message for one in odd] == [
        "Row 5 left out: question or passage is empty.",
        "Row 4 left out: the answer is not in the passage.",
    ]


def test_a_column_may_say_where_the_answer_starts() -> None:
    table = read_table("q.csv", b"question,passage,answer,answer_start\nWhen?,at seven or seven,seven,12\n")
    assert guess_columns(table, TASK) == Columns("question", "answer", "passage", "answer_start")
    assert read_rows(table, guess_columns(table, TASK), TASK)[0] == [
        TrainingRow(2, ("When?", "at seven or seven"), ("seven",), (12,))
    ]


def test_columns_that_are_missing_are_named() -> None:
    with pytest.raises(InputError, match="no column “context”, “answers”; it has question, place"):
        guess_columns(read_table("q.csv", b"question,place\na,b\n"), TASK)


def test_questions_on_one_passage_are_held_out_together() -> None:
    rows = [TrainingRow(n, (f"q{n}", f"passage {n // 4}"), ("passage",), (0,)) for n in range(40)]
    train, dev = split(rows, 1, TASK)
    assert len(dev) == 8
    assert not {row.texts[1] for row in train} & {row.texts[1] for row in dev}


def test_what_is_said_of_questions() -> None:
    some = [TrainingRow(1, ("a", "p"), ("p",), (0,)), TrainingRow(2, ("b", "p"))]
    told = {one.kind: one.message for one in judge(some, some[:1], TASK, own_dev=True)}
    assert told["good"] == "Questions on 1 passage, 1 without an answer."
    none = [one for one in judge(some[1:], some[1:], TASK, own_dev=True) if one.kind == "stop"]
    assert none[0].message == "No question has an answer: there is nothing to learn."


def test_few_questions_need_a_model_that_answers_already() -> None:
    catalog, rows = load_catalog(), [TrainingRow(1, ("a", "p"), ("p",), (0,))]
    plans = [TrainingPlan(TASK, id) for id in ("minilm", "minilm-qa")]
    told = [[one.message for one in judge_start(plan, catalog[plan.checkpoint], rows)] for plan in plans]
    assert told[0][0].startswith("So few questions (1) are not enough for MiniLM, which has never answered one.")
    assert told[1] == []


def test_texts_without_words_are_left_out() -> None:
    table = read_table("t.txt", b"knead\n...\nbake\n")
    rows, odd = read_rows(table, guess_columns(table, "fill-mask"), "fill-mask")
    assert [row.texts for row in rows] == [("knead",), ("bake",)]
    assert odd[0].message == "Row 2 left out: there are no words."
    assert "About 2 words." in [one.message for one in judge(rows, rows, "fill-mask", own_dev=True)]
