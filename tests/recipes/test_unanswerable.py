"""Questions made unanswerable: the passage loses its answer, or another one takes its place."""

from typing import Any

import numpy as np

from recipes.qa import with_another_sentence
from recipes.unanswerable import (
    beside_answer,
    exchange,
    of_another_passage,
    of_another_subject,
    renamed,
    shortened,
    without_answer,
)

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


OTHER = {
    "question": "Who runs the old ferry?",
    "context": "The old ferry goes to Brent. Last year Mira Olsen painted the boat.",
    "is_impossible": False,
    "answers": {"text": ["Mira Olsen"], "answer_start": [39]},
}


def test_a_short_passage_keeps_the_sentence_of_the_answer():
    rng = np.random.default_rng(0)
    contexts = set()
    for _ in range(30):
        short = shortened(row("When was the bridge closed?", "1931"), rng)
        place = short["answers"]["answer_start"][0]
        assert short["context"][place : place + 4] == "1931" and not short["is_impossible"]
        contexts.add(short["context"])
    assert "The bridge at Kolm was closed in 1931." in contexts
    assert max(context.count(". ") for context in contexts) == 2  # three sentences


def test_without_an_answer_it_keeps_the_words_of_the_question():
    impossible = row("Who closed the bridge at Kolm?", "1931") | {"is_impossible": True}
    rng = np.random.default_rng(0)
    assert all("bridge at Kolm" in shortened(impossible, rng)["context"] for _ in range(10))


def test_sentences_beside_the_answer_do_not_have_it():
    rng = np.random.default_rng(0)
    made = [beside_answer(row("When was it closed?", "1931"), rng) for _ in range(10)]
    found = [one for one in made if one is not None]
    assert found and all(one["is_impossible"] and "1931" not in one["context"] for one in found)
    assert beside_answer({**OTHER, "context": "Mira Olsen."}, rng) is None


def test_the_same_is_asked_of_another_subject():
    rng = np.random.default_rng(0)
    asked = of_another_subject(row("When was the bridge at Kolm closed?", "1931"), OTHER, rng)
    assert asked is not None and asked["is_impossible"]
    assert asked["context"] == OTHER["context"]
    assert asked["question"] in {f"When was the bridge at {name} closed?" for name in ("Brent", "Mira Olsen")}
    thing = of_another_subject(row("Who closed the bridge?", "1931"), OTHER, rng)
    assert thing is not None and thing["question"] == "Who closed the boat?"


def test_a_passage_with_the_answer_is_not_asked_about_another_subject():
    told = OTHER | {"context": "In 1931 Mira Olsen came."}
    assert of_another_subject(row("When was it closed?", "1931"), told, np.random.default_rng(0)) is None


def test_a_renamed_question_keeps_its_answer():
    rng = np.random.default_rng(0)
    new = renamed(row("When was the bridge at Kolm closed?", "1931"), OTHER, rng)
    assert new is not None and not new["is_impossible"]
    assert "Kolm" not in new["question"] + new["context"]
    place = new["answers"]["answer_start"][0]
    assert new["context"][place : place + 4] == "1931"
    assert renamed(row("Where did it run to from Kolm?", "Arden"), row("What?", "1950"), rng) is None


def test_a_name_inside_another_word_stays():
    assert exchange("Asia and Malaysia, Asian", "Asia", "Kolm") == "Kolm and Malaysia, Asian"
