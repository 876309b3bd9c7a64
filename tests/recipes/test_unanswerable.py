"""Questions made unanswerable: the passage loses its answer, or the question asks for something else."""

from typing import Any

import numpy as np
import pytest

from recipes.unanswerable import asking_otherwise, negated, of_another_passage, opposite, other_name, without_answer

CONTEXT = "Rain fell. Rain fell on. The bridge at Kolm was closed in 1931. In 1950 the first train ran to Arden."


def row(question: str, answer: str) -> dict[str, Any]:
    answers = {"text": [answer], "answer_start": [CONTEXT.index(answer)]}
    return {"question": question, "context": CONTEXT, "is_impossible": False, "answers": answers}


def test_a_passage_can_lose_its_answer():
    robbed = without_answer(row("When was it closed?", "1931"))
    assert robbed is not None
    assert robbed["is_impossible"]
    assert robbed["context"] == CONTEXT.replace("The bridge at Kolm was closed in 1931. ", "")


def test_a_passage_that_says_it_twice_stays_as_it_is():
    assert without_answer(row("What fell?", "Rain fell")) is None


def test_another_passage_is_the_one_that_shares_most_words_and_lacks_the_answer():
    passages = [CONTEXT, "The bridge was closed to trains.", "A bridge.", "Bridges closed in 1931."]
    moved = of_another_passage(row("When was the bridge closed?", "1931"), passages)
    assert moved is not None and moved["is_impossible"]
    assert moved["context"] == "The bridge was closed to trains."


def test_an_article_of_one_passage_has_no_other():
    assert of_another_passage(row("What fell?", "Rain fell"), [CONTEXT]) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_name_of_the_question_becomes_another_one_of_the_passage(seed: int):
    question = other_name(row("When was the bridge at Kolm closed?", "1931"), np.random.default_rng(seed))
    assert question in {f"When was the bridge at {name} closed?" for name in ("Rain", "Arden")}


def test_a_number_becomes_another_one_but_never_the_answer():
    question = other_name(row("What closed in 1931?", "The bridge at Kolm"), np.random.default_rng(0))
    assert question == "What closed in 1950?"


def test_a_word_becomes_its_opposite():
    turned = opposite(row("When did the first train run?", "1950"), np.random.default_rng(0))
    assert turned == "When did the last train run?"


def test_an_auxiliary_is_negated_once():
    assert negated(row("What was closed and did fall?", "1931"), np.random.default_rng(0)) == (
        "What wasn't closed and did fall?"
    )
    assert negated(row("What wasn't closed?", "1931"), np.random.default_rng(0)) == ""


def test_the_turned_question_has_no_answer_and_the_row_is_left_alone():
    original = row("When did the first train run?", "1950")
    turned = asking_otherwise(original, np.random.default_rng(0))
    assert turned is not None
    assert turned["is_impossible"] and turned["question"] != original["question"]
    assert not original["is_impossible"]


def test_a_question_that_cannot_be_turned_gives_nothing():
    assert asking_otherwise(row("where", "Arden"), np.random.default_rng(0)) is None
