"""Checkpoints that many threads switch quickly under a budget that holds two of five."""

import random
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from core.checkpoints.catalog import Catalog
from core.engine import Engine
from core.files.rows import rows
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.attention.schema import AttentionRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from tests.core.snippets.copied import assert_same

PATIENCE = 60  # seconds after which a test that hangs fails
BUDGET_MB = 9  # each of the five takes about 4
THREADS, TURNS = 8, 8

Asked = tuple[str, str, Request]
ASKED: Sequence[Asked] = [
    ("feature-extraction", "tiny_encoder", FeatureExtractionRequest("A cat sat on the mat.")),
    ("attention", "tiny_encoder", AttentionRequest("A cat sat.")),
    ("fill-mask", "tiny_masked_lm", FillMaskRequest("Anna went to ___ with friends.")),
    ("feature-extraction", "tiny_masked_lm", FeatureExtractionRequest("Rain.", layer=1)),
    ("token-classification", "tiny_token_classification", TokenClassificationRequest("Ada met Bob in Oslo.")),
    ("question-answering", "tiny_question_answering", QuestionAnsweringRequest("Who?", "Ada met Bob in Oslo.")),
    ("text-classification", "tiny_sequence_classification", TextClassificationRequest("A fine day.")),
]


def small(catalog: Catalog) -> LocalEngine:
    """An engine that holds two of the five and remembers no answers."""
    return LocalEngine(Settings(device="cpu", dtype="float32", memory_mb=BUDGET_MB, cache_mb=0), catalog)


def answer(engine: Engine, asked: Asked) -> Any:
    """The answer as rows."""
    task, checkpoint, request = asked
    (result,) = engine.run(task, checkpoint, [request])
    return rows(result)


def together(works: Sequence[Callable[[], None]]) -> None:
    """Runs all at once; raises what one of them raised, and fails if they hang."""
    errors: list[Exception] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as e:
            errors.append(e)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    end = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    if errors:
        raise errors[0]


def test_answers_are_right_and_the_budget_holds(tiny_catalog: Catalog, tiny_engine: LocalEngine) -> None:
    engine, wanted = small(tiny_catalog), [answer(tiny_engine, asked) for asked in ASKED]
    over: list[int] = []

    def switch(seed: int) -> None:
        order = random.Random(seed)
        for _ in range(TURNS):
            n = order.randrange(len(ASKED))
            assert_same(answer(engine, ASKED[n]), wanted[n])
            over.append(engine.store.used_bytes() - engine.store.budget_bytes)

    together([lambda seed=seed: switch(seed) for seed in range(THREADS)])  # type: ignore[misc]
    assert len(over) == THREADS * TURNS
    assert max(over) <= 0
    assert all(entry.leases == 0 for entry in engine.store._entries.values())


def test_a_third_model_gets_its_turn_beside_two_that_are_always_wanted(tiny_catalog: Catalog) -> None:
    engine, stop, answered = small(tiny_catalog), threading.Event(), []

    def hammer(n: int) -> None:
        while not stop.is_set():
            answer(engine, ASKED[n])

    def third() -> None:
        try:
            for asked in ASKED[4:] * 2:
                answered.append(answer(engine, asked))
        finally:
            stop.set()

    together([third, *(lambda n=n: hammer(n) for n in (0, 1, 2, 3))])  # type: ignore[misc]
    assert len(answered) == 2 * len(ASKED[4:])


def test_a_stream_keeps_its_model_while_others_are_switched(tiny_catalog: Catalog, tiny_engine: LocalEngine) -> None:
    engine = small(tiny_catalog)
    wanted = [answer(tiny_engine, asked) for asked in ASKED]

    def read() -> None:
        task, checkpoint, request = ASKED[2]
        for result in engine.stream(task, checkpoint, [request] * 600):
            assert_same(rows(result), wanted[2])  # type: ignore[arg-type]
            assert checkpoint in {key.checkpoint for key in engine.store.loaded()}

    def switch() -> None:
        for n in (0, 4, 5, 6) * 5:
            assert_same(answer(engine, ASKED[n]), wanted[n])

    together([read, switch])


@pytest.mark.parametrize("asked", ASKED[:3], ids=lambda asked: asked[0])
def test_memory_is_given_back_at_once(tiny_catalog: Catalog, asked: Asked) -> None:
    engine = small(tiny_catalog)
    answer(engine, asked)
    with engine.lease(asked[1]) as model:
        weights = weakref.ref(model.model)
    del model
    assert engine.unload(asked[1])
    assert weights() is None, "something still holds the model"
