"""What every task promises, over TASKS: bad input is refused, results are cached, frozen, in order and fit for JSON."""

import json
import typing
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, asdict, fields, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from core.errors import InputError, PlaygroundError
from core.provenance import Request
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.tasks import TASKS
from core.tasks.ablation.schema import AblationRequest
from core.tasks.attention.schema import AttentionRequest
from core.tasks.attribution.schema import AttributionRequest
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.logit_lens.schema import LogitLensRequest
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.spec import PLAIN_NAMES
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from core.tasks.word_in_context.schema import WordInContextRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

SENTENCES = ("The cat sat on the mat.", "It fell asleep.", "The sun was warm.")
SAMPLES: dict[str, Request] = (
    {  # of a task that is not told here, each text is a sentence
        name: spec.request(*SENTENCES[: len([field for field in spec.fields if not field.optional])])
        for name, spec in TASKS.items()
    }
    | {
        "fill-mask": FillMaskRequest("The capital of France is ___."),
        "logit-lens": LogitLensRequest("The capital of France is ___."),
        "candidate-ranking": CandidateRankingRequest("The capital of France is ___.", ("Paris", "Ouagadougou")),
        "pseudo-likelihood": PseudoLikelihoodRequest("The capital of France is Paris."),
        "replaced-token-detection": ReplacedTokenDetectionRequest("The chef cooked the carpet for dinner."),
        "token-classification": TokenClassificationRequest("Angela Merkel met Tim Cook in Cupertino."),
        "question-answering": QuestionAnsweringRequest(
            "Who wrote it?", "The book was written by Ada Lovelace in London."
        ),
        "text-classification": TextClassificationRequest("A film to love."),
        "zero-shot-classification": ZeroShotClassificationRequest("The team won the cup.", ("sport", "cooking")),
        "sentence-similarity": SentenceSimilarityRequest("A cat sleeps.", "A kitten naps."),
        "feature-extraction": FeatureExtractionRequest("A cat sleeps."),
        "word-in-context": WordInContextRequest("cat", "A cat sleeps on the mat."),
        "attention": AttentionRequest("The cat sat on the mat."),
        "ablation": AblationRequest("The cat sat on the mat.", "A cat slept."),
        "attribution": AttributionRequest("The cat sat on the mat.", "A cat slept."),
    }
)
BAD_TEXTS = {
    "empty": ("", "empty"),
    "only spaces": (" \n\t ", "empty"),
    "only control characters": ("\x00\x07\x1b\u200b", "empty"),
    "too long": ("a " * 100_000, "200,000 characters; up to 50,000"),
    "a lone surrogate": ("Hello \ud83d there", "surrogate"),
}
UNUSUAL_TEXTS = {
    "emoji": "👩‍👩‍👧 loves 🍕 in Zürich 🇨🇭",
    "right to left": "ביקר בירושלים Anna مرحبا بالعالم",
    "HTML": "<script>alert('x')</script> & <b>Paris</b> &amp;",
    "control characters within": "Anna\x00 lives\x07 in\r\n\tOslo\u200b.",
    "half-width, ligatures, combining": "ﬁne Ａｎｎａ e\u0301te\u0301 İstanbul ẞ",
    "one endless word": "x" * 3_000,
    "nothing that the vocabulary knows": "\u0301\u0302",
}
LENGTHS = (1, 60, 3, 20, 180, 2, 1)  # the longest takes two windows
NEEDS_PIECES = ("question-answering", "word-in-context", "pseudo-likelihood")
WITH_A_GAP = ("fill-mask", "candidate-ranking", "logit-lens")
FOR_SHORT_TEXTS = (
    "attention",
    "attribution",
    "pseudo-likelihood",
    "logit-lens",
    "hidden-states",
    "word-in-context",
)  # their work grows with the square of the length, or is long for each token

pytestmark = pytest.mark.parametrize("task", TASKS)


@pytest.fixture(scope="module", params=["bundled", "tiny"])
def any_engine(request: pytest.FixtureRequest) -> LocalEngine:
    """The shipped models, and random ones that give odd answers; both in float32."""
    name = "float32_engine" if request.param == "bundled" else "tiny_engine"
    chosen: LocalEngine = request.getfixturevalue(name)
    return chosen


@pytest.fixture(scope="module")
def together(any_engine: LocalEngine) -> Callable[[str], list[Any]]:
    """Gives what a remembering engine finds for `of_many_lengths(task)` in one batch; each task is asked once."""

    @cache
    def ask(task: str) -> list[Any]:
        return remembering(any_engine).run(task, smallest(any_engine, task), of_many_lengths(task))

    return ask


@pytest.fixture
def checkpoint(any_engine: LocalEngine, task: str) -> str:
    """The smallest checkpoint that can do the task."""
    return smallest(any_engine, task)


def smallest(engine: LocalEngine, task: str) -> str:
    """DistilBERT has half as many layers as the others."""
    able = engine.catalog.supporting(task)
    return next((row for row in able if row.family == "distilbert"), able[-1]).id


def with_texts(task: str, text: str) -> Request:
    """The sample with every single text replaced by `text`, a mask added where one is needed."""
    spec = TASKS[task]
    text = f"{text} ___" if task in WITH_A_GAP else text
    return replace(SAMPLES[task], **{field.name: text for field in spec.fields if not field.several})


def of_many_lengths(task: str) -> list[Request]:
    """Requests whose last text has 1 to 180 times two words, or up to 12 for what grows with the square."""
    lengths = (min(length, 12) if task in FOR_SHORT_TEXTS else length for length in LENGTHS)
    name = [field.name for field in TASKS[task].fields if not field.several][-1]
    start = "___ " if task in WITH_A_GAP else "The first Anna "
    return [replace(SAMPLES[task], **{name: start + f"big cat{n} " * length}) for n, length in enumerate(lengths)]


def alternative(request: Request, name: str) -> Any:
    """Another value that the field may have."""
    value = getattr(request, name)
    if name == "word":
        return "mat"
    if name == "poolings":
        return ("mean", "max")
    if name in ("heads", "layers", "feed_forwards"):
        return ((1, 1),) if name == "heads" else (1,)
    if name == "each":
        return "layers"
    if name == "shown":
        return ((0, None),)
    if name == "target":
        return replace(value, name="another")
    choices = typing.get_args(typing.get_type_hints(type(request))[name])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, tuple):
        return (*value, "travel")
    return next(c for c in choices if c != value) if choices else f"{value} And more."


def assert_close(got: Any, wanted: Any) -> None:
    """Rows of `format` that differ by no more than rounding."""
    pairs = list(numbers(got, wanted))
    np.testing.assert_allclose([one for one, _ in pairs], [other for _, other in pairs], atol=2e-4)


def numbers(got: Any, wanted: Any) -> Iterator[tuple[float, float]]:
    """The numbers at the same place of both; whatever else they hold is the same."""
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys()
        for key in wanted:
            yield from numbers(got[key], wanted[key])
    elif isinstance(wanted, list):
        assert len(got) == len(wanted)
        if wanted and isinstance(wanted[0], float):
            yield from zip(got, wanted, strict=True)
        else:
            for one, other in zip(got, wanted, strict=True):
                yield from numbers(one, other)
    elif isinstance(wanted, int | float):
        yield got, wanted
    else:
        assert got == wanted


def assert_same_results(task: str, got: list[Any], wanted: list[Any]) -> None:
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted, strict=True):
        assert not isinstance(one, PlaygroundError), one
        assert_close(TASKS[task].format(one), TASKS[task].format(other))


def spans(result: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every {start, end, ...} of a result, with the text that it points into."""
    values = asdict(result)
    text = values.get("context", values.get("text", ""))
    found = [span for name in ("entities", "tokens", "answers", "masks", "pieces") for span in values.get(name, ())]
    return [(text, span) for span in found if isinstance(span, dict)]


def test_every_task_has_a_sample(task: str) -> None:
    assert isinstance(SAMPLES[task], TASKS[task].request)


def test_runs(any_engine: LocalEngine, task: str, checkpoint: str) -> None:
    (result,) = any_engine.run(task, checkpoint, [SAMPLES[task]])
    assert result.provenance.checkpoint == checkpoint
    assert result.provenance.dtype == "float32"
    assert result.provenance.tokens > 2
    assert not result.provenance.unread


@pytest.mark.parametrize(("text", "sentence"), BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_refuses_bad_texts(any_engine: LocalEngine, task: str, checkpoint: str, text: str, sentence: str) -> None:
    spec = TASKS[task]
    for field in spec.fields:
        name = field.name
        if field.optional and not text:
            continue
        bad = (text,) if field.several else text
        with pytest.raises(InputError) as caught:
            any_engine.run(task, checkpoint, [replace(SAMPLES[task], **{name: bad})])
        assert sentence in caught.value.message or field.several
        assert PLAIN_NAMES.get(name, name) in caught.value.message or field.several
        assert caught.value.hint


@pytest.mark.parametrize("text", UNUSUAL_TEXTS.values(), ids=UNUSUAL_TEXTS)
def test_takes_unusual_texts(any_engine: LocalEngine, task: str, checkpoint: str, text: str) -> None:
    if task in NEEDS_PIECES and text == UNUSUAL_TEXTS["nothing that the vocabulary knows"]:
        with pytest.raises(InputError, match="no readable"):
            any_engine.run(task, checkpoint, [with_texts(task, text)])
        return
    (outcome,) = any_engine.run(task, checkpoint, [with_texts(task, text)])
    for source, span in spans(outcome):
        assert 0 <= span["start"] <= span["end"] <= len(source)
    json.dumps(TASKS[task].format(outcome), allow_nan=False)


def remembering(engine: LocalEngine) -> CachedEngine:
    """The engine with a cache of its own around it."""
    return CachedEngine(engine, ResultCache(100_000_000), engine.catalog)


def test_a_repeated_request_is_answered_from_the_cache(
    any_engine: LocalEngine, task: str, checkpoint: str, count_jobs: Callable[[LocalEngine], list[int]]
) -> None:
    asked, jobs = remembering(any_engine), count_jobs(any_engine)
    (first,) = asked.run(task, checkpoint, [SAMPLES[task]])
    (second,) = asked.run(task, checkpoint, [SAMPLES[task]])
    assert len(jobs) == 1
    assert (first.provenance.cached, second.provenance.cached) == (False, True)
    assert TASKS[task].format(first) == TASKS[task].format(second)


def test_every_field_of_a_request_takes_part_in_the_cache_key(
    any_engine: LocalEngine, task: str, checkpoint: str, count_jobs: Callable[[LocalEngine], list[int]]
) -> None:
    asked, jobs = remembering(any_engine), count_jobs(any_engine)
    sample = SAMPLES[task]
    asked.run(task, checkpoint, [sample])
    for field in fields(sample):
        before = len(jobs)
        changed = replace(sample, **{field.name: alternative(sample, field.name)})
        (result,) = asked.run(task, checkpoint, [changed])
        part = TASKS[task].whole(changed) == TASKS[task].whole(sample)  # of what is known already
        assert len(jobs) == before + (not part), f"{field.name} is not in the key"
        assert result.provenance.cached == part


def test_only_what_is_new_is_computed(
    any_engine: LocalEngine, task: str, checkpoint: str, count_jobs: Callable[[LocalEngine], list[int]]
) -> None:
    asked, jobs = remembering(any_engine), count_jobs(any_engine)
    old, new, *_ = of_many_lengths(task)
    asked.run(task, checkpoint, [old])
    results = asked.run(task, checkpoint, [new, old, new])
    assert [r.provenance.cached for r in results] == [False, True, False]
    assert len(jobs) == 2


def test_results_are_frozen(any_engine: LocalEngine, task: str, checkpoint: str) -> None:
    (result,) = any_engine.run(task, checkpoint, [SAMPLES[task]])
    for field in fields(result):
        with pytest.raises(FrozenInstanceError):
            setattr(result, field.name, None)
        assert not isinstance(getattr(result, field.name), list | dict)


def test_arrays_of_results_are_read_only_and_hold_no_more_than_they_show(
    together: Callable[[str], list[Any]], task: str
) -> None:
    for result in together(task):
        for array in (getattr(result, f.name) for f in fields(result)):
            if isinstance(array, np.ndarray):
                assert not array.flags.writeable, "whoever changes it changes the cached result"
                assert array.base is None or array.base.nbytes == array.nbytes, "it keeps the whole batch in memory"


def test_spans_slice_back_to_the_text(
    any_engine: LocalEngine, together: Callable[[str], list[Any]], task: str, checkpoint: str
) -> None:
    for result in (*any_engine.run(task, checkpoint, [SAMPLES[task]]), *together(task)):
        for text, span in spans(result):
            part = text[span["start"] : span["end"]]
            assert part
            assert span.get("text", part) == part
            assert span.get("token", part).removeprefix("##") == part.lower() or "token" not in span


def test_results_come_in_the_order_of_the_requests(
    any_engine: LocalEngine, together: Callable[[str], list[Any]], task: str, checkpoint: str
) -> None:
    alone = [next(iter(any_engine.stream(task, checkpoint, [request]))) for request in of_many_lengths(task)]
    assert_same_results(task, together(task), alone)


def test_stream_gives_what_run_gives(
    any_engine: LocalEngine,
    together: Callable[[str], list[Any]],
    task: str,
    checkpoint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.runtime.local.CHUNK", 3)
    streamed = list(any_engine.stream(task, checkpoint, iter(of_many_lengths(task))))
    assert_same_results(task, streamed, together(task))


def test_errors_stay_in_place_in_a_stream(
    any_engine: LocalEngine, task: str, checkpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.runtime.local.CHUNK", 3)
    good, unreadable = SAMPLES[task], InputError("The line is not JSON.")
    bad = replace(good, **{TASKS[task].fields[0].name: ""})
    outcomes = list(any_engine.stream(task, checkpoint, [unreadable, good, bad, bad, unreadable, good, good]))
    assert [isinstance(o, PlaygroundError) for o in outcomes] == [True, False, True, True, True, False, False]
    assert outcomes[0] is outcomes[4] is unreadable


def test_run_raises_the_first_error(any_engine: LocalEngine, task: str, checkpoint: str) -> None:
    good, name = SAMPLES[task], TASKS[task].fields[0].name
    too_long, empty = replace(good, **{name: "a" * 60_000}), replace(good, **{name: ""})
    with pytest.raises(InputError, match="60,000"):
        any_engine.run(task, checkpoint, [good, too_long, empty])


def test_no_requests_no_results(any_engine: LocalEngine, task: str, checkpoint: str) -> None:
    assert any_engine.run(task, checkpoint, []) == []
    assert list(any_engine.stream(task, checkpoint, [])) == []


def test_rows_are_fit_for_json(any_engine: LocalEngine, task: str, checkpoint: str) -> None:
    (result,) = any_engine.run(task, checkpoint, [SAMPLES[task]])
    row = TASKS[task].format(result)
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_a_row_is_parsed_back_to_its_request(task: str) -> None:
    sample = SAMPLES[task]
    row = {field.name: getattr(sample, field.name) for field in TASKS[task].fields}
    assert TASKS[task].parse(json.loads(json.dumps(row))) == sample
