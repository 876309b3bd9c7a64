"""question-answering against plain transformers: the logits, and every span scored the slow way."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.checkpoints.catalog import Catalog, load_catalog
from core.errors import InputError
from core.runtime.batch import Batch, InputRow
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks import TASKS
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult

BUNDLED, TINY = "minilm-qa", "tiny_question_answering"
CONTEXT = (
    "The Norwegian explorer Roald Amundsen reached the South Pole on 14 December 1911. "
    "Robert Falcon Scott arrived thirty-four days later, and died on the way back."
)
PAIRS = [
    ("Who reached the South Pole first?", CONTEXT),
    ("When did Amundsen arrive?", CONTEXT),
    ("What does a litre of milk cost in Lima?", CONTEXT),
    ("Who?", "Anna."),
]
Reference = Callable[..., tuple[Any, Any]]


@pytest.fixture(params=[BUNDLED, TINY])
def checkpoint(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine_of(float32_engine: LocalEngine, tiny_engine: LocalEngine) -> Callable[[str], LocalEngine]:
    return lambda checkpoint: tiny_engine if checkpoint == TINY else float32_engine


def ask(
    engine: LocalEngine, pairs: list[tuple[str, str]], checkpoint: str = BUNDLED, **options: int
) -> list[QuestionAnsweringResult]:
    requests = [QuestionAnsweringRequest(question, context, **options) for question, context in pairs]
    results = engine.run("question-answering", checkpoint, requests)
    assert all(isinstance(result, QuestionAnsweringResult) for result in results)
    return results  # type: ignore[return-value]


def plain_logits(model: Any, tokenizer: Any, question: str, context: str) -> tuple[torch.Tensor, Any]:
    """Start and end logits (2, tokens) of one unpadded pair, and its encoding."""
    inputs = tokenizer(question, context, return_tensors="pt")
    with torch.inference_mode():
        output = model(**inputs)
    return torch.cat([output.start_logits, output.end_logits]), inputs


def every_span(logits: torch.Tensor, encoding: Any, longest: int) -> dict[tuple[int, int], float]:
    """start + end logit of every run of whole words of the context, by its characters."""
    offsets = [encoding.token_to_chars(p) for p in range(len(encoding.word_ids()))]
    context = [p for p, sequence in enumerate(encoding.sequence_ids()) if sequence == 1]
    words = encoding.word_ids()
    found = {}
    for start, end in itertools.product(context, context):
        begins = start == context[0] or words[start] != words[start - 1]
        stops = end == context[-1] or words[end] != words[end + 1]
        if start <= end < start + longest and begins and stops:
            found[offsets[start].start, offsets[end].end] = float(logits[0, start] + logits[1, end])
    return found


def test_logits_are_those_of_transformers(
    checkpoint: str, engine_of: Callable[[str], LocalEngine], reference: Reference
) -> None:
    engine, spec = engine_of(checkpoint), TASKS["question-answering"]
    model, tokenizer = reference(engine.catalog[checkpoint])
    with engine.lease(checkpoint) as loaded, torch.inference_mode():
        for question, context in PAIRS:
            request = QuestionAnsweringRequest(question, context)
            (encoding,) = spec.run.encode(request, loaded).encodings
            inputs = {
                "input_ids": torch.tensor([encoding.ids]),
                "token_type_ids": torch.tensor([encoding.type_ids]),
                "attention_mask": torch.ones(1, len(encoding), dtype=torch.long),
            }
            (got,) = spec.run.forward(loaded, Batch([InputRow(encoding, request)], inputs))
            wanted, _ = plain_logits(model, tokenizer, question, context)
            np.testing.assert_allclose(got, wanted.numpy(), atol=1e-3)


def test_answers_are_the_best_spans_of_all(
    checkpoint: str, engine_of: Callable[[str], LocalEngine], reference: Reference
) -> None:
    engine = engine_of(checkpoint)
    model, tokenizer = reference(engine.catalog[checkpoint])
    bias = getattr(model.config, "no_answer_bias", 0.0)
    for (question, context), result in zip(PAIRS, ask(engine, PAIRS, checkpoint, top_k=1), strict=True):
        logits, encoding = plain_logits(model, tokenizer, question, context)
        spans = every_span(logits, encoding, longest=30)
        none = float(logits[:, 0].sum()) + bias
        total = torch.tensor([none, *spans.values()]).logsumexp(0)
        best = max(spans, key=lambda span: spans[span])
        (answer,) = result.answers
        assert (answer.start, answer.end) == best
        assert answer.score == pytest.approx(float((spans[best] - total).exp()), abs=1e-4)
        assert result.no_answer_score == pytest.approx(float((none - total).exp()), abs=1e-4)
        assert (result.best is None) == (none > spans[best])


def test_answers_fall_in_score_and_do_not_overlap(checkpoint: str, engine_of: Callable[[str], LocalEngine]) -> None:
    for (_, context), result in zip(PAIRS, ask(engine_of(checkpoint), PAIRS, checkpoint, top_k=5), strict=True):
        scores = [answer.score for answer in result.answers]
        assert scores == sorted(scores, reverse=True)
        assert sum(scores) + result.no_answer_score <= 1 + 1e-6
        for one, other in itertools.combinations(result.answers, 2):
            assert one.end <= other.start or other.end <= one.start
        assert all(context[a.start : a.end] == a.text == a.text.strip() for a in result.answers)


def test_boundaries_sum_over_every_span(
    checkpoint: str, engine_of: Callable[[str], LocalEngine], reference: Reference
) -> None:
    engine = engine_of(checkpoint)
    model, tokenizer = reference(engine.catalog[checkpoint])
    bias = getattr(model.config, "no_answer_bias", 0.0)
    for (question, context), result in zip(PAIRS, ask(engine, PAIRS, checkpoint), strict=True):
        logits, encoding = plain_logits(model, tokenizer, question, context)
        spans = every_span(logits, encoding, longest=30)
        total = torch.tensor([float(logits[:, 0].sum()) + bias, *spans.values()]).logsumexp(0)
        for side, got in enumerate((result.starts, result.ends)):
            wanted = [
                sum(float((v - total).exp()) for span, v in spans.items() if span[side] == characters[side])
                for characters in result.offsets.tolist()
            ]
            np.testing.assert_allclose(got, wanted, atol=1e-4)
            assert got.sum() == pytest.approx(1 - result.no_answer_score, abs=1e-4)


def test_windows_tell_which_one_won(float32_engine: LocalEngine) -> None:
    filler = "The weather was fair and the sea was calm that day. " * 80
    (result,) = ask(float32_engine, [("Who reached the South Pole first?", filler + CONTEXT + filler)])
    best, answer = max(result.windows, key=lambda window: window.score), result.answers[0]
    assert best.start <= answer.start < answer.end <= best.end
    assert best.score == pytest.approx(answer.score)
    assert min(window.no_answer_score for window in result.windows) == best.no_answer_score < 0.5
    assert all(0.5 < window.no_answer_score <= 1 for window in result.windows if window.end <= len(filler))
    assert len(result.starts) == len(result.offsets)
    most = int(result.starts.argmax())
    assert filler + CONTEXT + filler in result.context
    assert result.context[result.offsets[most][0] :].startswith(answer.text[:3])


def test_the_margin_is_the_logarithm_of_a_ratio(float32_engine: LocalEngine) -> None:
    for result in ask(float32_engine, PAIRS):
        assert np.exp(result.margin) == pytest.approx(result.answers[0].score / result.no_answer_score, rel=1e-4)
        assert (result.best is None) == (result.margin < 0)


def test_there_are_as_many_answers_as_asked_for(checkpoint: str, engine_of: Callable[[str], LocalEngine]) -> None:
    (result,) = ask(engine_of(checkpoint), PAIRS[:1], checkpoint, top_k=5)
    assert len(result.answers) == 5


def test_answers_are_no_longer_than_asked(tiny_engine: LocalEngine) -> None:
    (free,) = ask(tiny_engine, PAIRS[:1], TINY, top_k=20)
    assert max(len(answer.text.split()) for answer in free.answers) > 5
    for longest in (1, 2, 5):
        (result,) = ask(tiny_engine, PAIRS[:1], TINY, max_answer_tokens=longest, top_k=20)
        assert all(len(answer.text.split()) <= longest for answer in result.answers)


def test_one_by_one_gives_what_a_batch_gives(checkpoint: str, engine_of: Callable[[str], LocalEngine]) -> None:
    engine = engine_of(checkpoint)
    pairs = [*PAIRS, ("Who reached the South Pole?", CONTEXT * 12)]
    for (question, context), together in zip(pairs, ask(engine, pairs, checkpoint), strict=True):
        (alone,) = engine.stream("question-answering", checkpoint, [QuestionAnsweringRequest(question, context)])
        assert isinstance(alone, QuestionAnsweringResult)
        assert [(a.start, a.end) for a in together.answers] == [(a.start, a.end) for a in alone.answers]
        assert together.no_answer_score == pytest.approx(alone.no_answer_score, abs=1e-4)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    """Scores within 0.1, and the same winner wherever float32 prefers it by more than that."""
    for exact, rounded in zip(ask(float32_engine, PAIRS), ask(bfloat16_engine, PAIRS), strict=True):
        assert exact.no_answer_score == pytest.approx(rounded.no_answer_score, abs=0.1)
        first, second = [*(a.score for a in exact.answers), 0.0][:2]
        if first - max(second, exact.no_answer_score) > 0.1:
            assert (exact.answers[0].start, exact.answers[0].end) == (rounded.answers[0].start, rounded.answers[0].end)


def test_windows_cover_a_long_passage_and_the_answer_is_found_anywhere(float32_engine: LocalEngine) -> None:
    filler = "The weather was fair and the sea was calm that day. " * 80
    for text in (CONTEXT + filler, filler + CONTEXT, filler + CONTEXT + filler):
        (result,) = ask(float32_engine, [("Who reached the South Pole first?", text)])
        assert result.windows[0].start == 0
        assert result.windows[-1].end == len(text.rstrip())
        assert all(later.start < earlier.end for earlier, later in itertools.pairwise(result.windows))
        assert "Amundsen" in result.answers[0].text
        assert text[result.answers[0].start : result.answers[0].end] == result.answers[0].text


@pytest.fixture(scope="module")
def narrow_engine() -> LocalEngine:
    """The bundled checkpoint as if it had room for 96 tokens only."""
    rows = [load_catalog()["minilm"], replace(load_catalog()[BUNDLED], context_length=96)]
    return LocalEngine(Settings(device="cpu", dtype="float32"), Catalog(rows))


@pytest.mark.parametrize(
    "question", ["Who reached the South Pole first?", "Who " * 40 + "reached the South Pole first?"]
)
def test_windows_of_a_network_with_few_positions_cover_the_passage_too(
    narrow_engine: LocalEngine, question: str
) -> None:
    filler = "The weather was fair and the sea was calm that day. " * 12
    text = (filler + CONTEXT + filler).rstrip()
    (result,) = ask(narrow_engine, [(question, text)])
    assert result.windows[0].start == 0
    assert result.windows[-1].end == len(text)
    assert all(later.start < earlier.end for earlier, later in itertools.pairwise(result.windows))
    assert result.answers[0].text in CONTEXT, "found between the fillers"


def test_a_question_may_take_half_of_few_positions(narrow_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match=r"The question has 50 tokens; up to 46 are allowed."):
        ask(narrow_engine, [("who " * 50, "Anna.")])


def test_an_answer_and_no_answer(engine: LocalEngine) -> None:
    answered, _, unanswerable, _ = ask(engine, PAIRS)
    assert answered.best is not None
    assert "Amundsen" in answered.best.text
    assert unanswerable.best is None


def test_a_long_question_is_refused_with_both_numbers(tiny_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match=r"The question has 200 tokens; up to 128 are allowed."):
        ask(tiny_engine, [("cat " * 200, "Anna.")], TINY)


@pytest.mark.parametrize(("option", "value"), [("top_k", 0), ("top_k", 21), ("max_answer_tokens", 0)])
def test_options_have_bounds(tiny_engine: LocalEngine, option: str, value: int) -> None:
    with pytest.raises(InputError, match=f"{option} is {value}; it must be between 1 and"):
        ask(tiny_engine, PAIRS[:1], TINY, **{option: value})


@pytest.mark.parametrize("context", ["a ", " a", "é 🍕 ", "Anna \u00a0 "])
def test_no_answer_is_a_blank(float32_engine: LocalEngine, context: str) -> None:
    request = QuestionAnsweringRequest("Who?", context, top_k=20)
    (result,) = float32_engine.run("question-answering", "mini-roberta-qa", [request])
    assert isinstance(result, QuestionAnsweringResult)
    assert result.answers
    assert all(answer.text.strip() == answer.text != "" for answer in result.answers)
    assert sum(answer.score for answer in result.answers) + result.no_answer_score <= 1 + 1e-5


def test_a_context_without_a_visible_piece_is_told(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="no readable words"):
        float32_engine.run("question-answering", "mini-bert-qa", [QuestionAnsweringRequest("Who?", "\u0301")])


def test_windows_that_are_surer_of_no_answer_than_the_surest_one_stay_probabilities(
    float32_engine: LocalEngine,
) -> None:
    request = QuestionAnsweringRequest(".", "word " * 600)
    (result,) = float32_engine.run("question-answering", "mini-roberta-qa", [request])
    assert isinstance(result, QuestionAnsweringResult)
    assert len(result.windows) > 1
    assert all(0 <= window.no_answer_score <= 1 for window in result.windows)
