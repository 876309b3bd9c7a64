"""Leaving words out against requests without these words, made by hand."""

import pytest

from core.errors import InputError
from core.inspect import subject
from core.inspect.attribution import Word, occlude
from core.inspect.subject import answer_subject, class_subject, entity_subject
from core.runtime.local import LocalEngine
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import TokenClassificationRequest, TokenClassificationResult

PASSAGE = "The bridge was opened in 1932 by the mayor. It was painted green by Olga Novak in the spring of 1950."
QUESTION = "Who painted the bridge?"


def text_of(words: tuple[Word, ...], texts: dict[str, str]) -> list[str]:
    return [texts[word.field][word.start : word.end] for word in words]


def test_a_class_rests_on_its_telling_word(float32_engine: LocalEngine) -> None:
    request = TextClassificationRequest("The wonderful cast plays well together.")
    found = occlude(float32_engine, "minilm-sentiment", class_subject(request, "positive"))
    best = max(found.words, key=lambda word: word.effect)
    assert request.text[best.start : best.end] == "wonderful"
    without = TextClassificationRequest(request.text.replace("wonderful", ""))
    whole, less = float32_engine.run("text-classification", "minilm-sentiment", [request, without])
    assert isinstance(whole, TextClassificationResult)
    assert isinstance(less, TextClassificationResult)
    positive = [next(one.score for one in r.labels if one.label == "positive") for r in (whole, less)]
    assert found.value == pytest.approx(positive[0], abs=1e-5)
    assert best.effect == pytest.approx(positive[0] - positive[1], abs=1e-5)
    assert len(found.words) == 6


def test_a_pair_is_left_out_of_on_both_sides(float32_engine: LocalEngine) -> None:
    found = occlude(
        float32_engine,
        "minilm-nli",
        class_subject(TextClassificationRequest("It rains.", "The streets are wet."), "neutral"),
    )
    assert [word.field for word in found.words] == ["text"] * 2 + ["text_pair"] * 4


def test_a_name_rests_on_its_neighbours_and_not_on_itself(float32_engine: LocalEngine) -> None:
    request = TokenClassificationRequest("Yesterday the minister met Washington in his office in Washington.")
    (result,) = float32_engine.run("token-classification", "minilm-ner", [request])
    assert isinstance(result, TokenClassificationResult)
    entity = result.entities[-1]
    found = occlude(float32_engine, "minilm-ner", entity_subject(request, entity))
    assert found.target == f"{entity.entity_group} {entity.text}"
    assert found.value == pytest.approx(entity.score, abs=1e-5)
    assert all(word.end <= entity.start or word.start >= entity.end for word in found.words)
    assert max(abs(word.effect) for word in found.words) > 0.001


def test_an_answer_keeps_its_place_when_words_before_it_go(float32_engine: LocalEngine) -> None:
    request = QuestionAnsweringRequest(QUESTION, PASSAGE)
    (result,) = float32_engine.run("question-answering", "minilm-qa", [request])
    assert isinstance(result, QuestionAnsweringResult)
    assert result.best is not None
    assert result.best.text == "Olga Novak"
    found = occlude(float32_engine, "minilm-qa", answer_subject(request, result.best))
    words = dict(zip(text_of(found.words, dict(found.texts)), found.words, strict=False))
    assert 0.3 < found.value <= 1
    assert found.measure == "start probability × end probability"
    assert words["mayor"].effect < 0.5 * found.value, "a word of another sentence is no pillar"
    best = max(found.words, key=lambda word: word.effect)
    assert found.texts[best.field][best.start : best.end] in ("painted", "Who", "by")


def test_no_answer_has_its_reasons_too(float32_engine: LocalEngine) -> None:
    request = QuestionAnsweringRequest("How tall is the bridge?", PASSAGE)
    found = occlude(float32_engine, "minilm-qa", answer_subject(request, None))
    (result,) = float32_engine.run("question-answering", "minilm-qa", [request])
    assert isinstance(result, QuestionAnsweringResult)
    assert (found.target, found.measure) == ("no answer", "probability")
    assert found.value == pytest.approx(result.no_answer_score, abs=1e-6)


def test_only_words_near_the_answer_are_left_out_of_a_long_passage(
    float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MOST_WORDS", 6)
    request = QuestionAnsweringRequest(QUESTION, PASSAGE)
    (result,) = float32_engine.run("question-answering", "minilm-qa", [request])
    assert isinstance(result, QuestionAnsweringResult)
    found = occlude(float32_engine, "minilm-qa", answer_subject(request, result.best))
    words = text_of(tuple(word for word in found.words if word.field == "context"), dict(found.texts))
    assert words == ["painted", "green", "by", "in", "the", "spring"]


def test_a_single_word_cannot_be_left_out(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="no word to remove"):
        occlude(float32_engine, "minilm-sentiment", class_subject(TextClassificationRequest("Great!"), "positive"))
