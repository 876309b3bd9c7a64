"""Questions made unanswerable: the passage loses its answer, or another one takes its place."""

from typing import Any

import numpy as np

from recipes.qa import with_another_sentence
from recipes.unanswerable import of_another_passage, without_answer

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


def test_a_sentence_of_another_question_does_not_answer():
    fell = "The king fell ill in Arden."
    rows = [row("Where did the king fall ill?", "Arden") | {"context": fell}] * 20
    rows += [row("When was it closed?", "1931")] * 20
    made = with_another_sentence(rows, np.random.default_rng(0))
    assert 0 < len(made) < 20
    for one in made:
        assert one is None or (one["is_impossible"] and one["answers"]["text"][0] not in one["context"])
    assert {one["context"] for one in made if one} == {fell}
