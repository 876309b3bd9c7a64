"""The lessons of the small variants' answers: questions made of the passage, then people's."""

import json
from pathlib import Path

import numpy as np
import pytest

from recipes.bases import load_tokenizer
from recipes.cloze import AROUND, GAP, cloze
from recipes.qa import PASSAGES, SEARCHES, SENTENCES
from recipes.small_qa import SMALL, clozes_of_passages, clozes_of_sentences, read_questions
from tests.recipes.scripted_engine import packed

SENTENCE = "The old bridge over the river Kolm was closed to all carts in 1931."
CONTEXT = f"Rain fell for days. {SENTENCE} Nobody knew why."


def row(answer: str, *, impossible: bool = False, context: str = CONTEXT) -> dict:
    answers = {"text": [], "answer_start": []}
    if not impossible:
        answers = {"text": [answer], "answer_start": [context.index(answer)]}
    return {
        "title": "Kolm", "question": "When was it closed?", "context": context, "is_impossible": impossible,
        "answers": answers,
    }  # fmt: skip


@pytest.mark.parametrize("answer", ["1931", "The old bridge", "the river Kolm"])
@pytest.mark.parametrize("seed", range(4))
def test_a_cloze_is_the_sentence_with_a_gap(answer: str, seed: int):
    made = cloze(row(answer), np.random.default_rng(seed))
    assert made is not None
    assert made | {"question": ""} == row(answer) | {"question": ""}
    words, before, after = made["question"].split(), *SENTENCE.split(answer)
    gap = words.index(GAP)
    assert subsequence(words[:gap], before.split())
    assert subsequence(words[gap + 1 :], after.split())


def subsequence(few: list[str], many: list[str]) -> bool:
    """Whether `few` are of `many`, in order."""
    rest = iter(many)
    return all(word in rest for word in few)


def test_of_a_long_sentence_the_words_around_the_answer_stay():
    context = f"{'far ' * 80}Kolm {'away ' * 80}"
    made = cloze(row("Kolm", context=context), np.random.default_rng(0))
    assert made is not None
    assert made["question"].split() == ["far"] * AROUND + [GAP] + ["away"] * AROUND


def test_an_answer_over_the_end_of_a_sentence_has_none():
    assert cloze(row("days. The old"), np.random.default_rng(0)) is None


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four questions on passages of one article, one of them without an answer, and two on single sentences."""
    other = "The bridge has carried carts since 1951."
    passages = [row("1931"), row("Rain"), row("1951", context=other), row("", impossible=True)]
    for name, rows in ((PASSAGES, passages), (SEARCHES, []), (SENTENCES, [row("1931", context=SENTENCE)] * 2)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        packed("".join(json.dumps(one) + "\n" for one in rows), tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("base", ["mini-bert", "mini-roberta"])
def test_lessons_are_of_what_has_an_answer(data: Path, base: str):
    tokenizer = load_tokenizer(base)
    assert [lesson.examples for lesson in SMALL.lessons] == [clozes_of_sentences, clozes_of_passages]
    for examples, count in ((clozes_of_sentences, 2), (clozes_of_passages, 3)):
        found = examples(data, tokenizer).sequences
        assert len(found) == count
        assert all(one.labels[0] > 0 and GAP in tokenizer.decode(one.ids) for one in found)


def test_real_questions_come_with_some_that_the_passage_does_not_answer(data: Path):
    found = read_questions(data, load_tokenizer("mini-bert")).sequences
    answered = [one for one in found if one.labels[0] > 0]
    assert len(answered) == 4  # three on passages and every second on a sentence
    assert 1 <= len(found) - len(answered) <= 3  # people's one, and by chance some with another passage
