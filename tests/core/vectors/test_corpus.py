"""A corpus: vectors as the engine gives them, blocks kept by content, a stop, texts without a vector."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import PlaygroundError
from core.provenance import Request, Result
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.vectors import corpus
from core.vectors.cache import VectorCache
from core.vectors.corpus import Corpus
from tests.fake_engine import FakeEngine

PATIENCE_S = 60
TEXTS = [f"Text number {'very ' * (n % 7)}{n}." for n in range(10)]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "BLOCK", 4)


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    return VectorCache(tmp_path, 10**8)


class Counting(FakeEngine):
    """Counts what it embeds; with `go` it waits for leave before each text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.go: threading.Semaphore | None = None

    def stream(
        self, task: str, checkpoint: str, requests: Iterable[Request | PlaygroundError]
    ) -> Iterator[Result | PlaygroundError]:
        for request in requests:
            assert isinstance(request, FeatureExtractionRequest)
            if self.go:
                self.go.acquire()
            self.texts.append(request.text)
            try:
                yield self.run(task, checkpoint, [request])[0]
            except PlaygroundError as e:
                yield e


def run(engine: Any, cache: VectorCache, texts: list[str], *checkpoints: str, **options: Any) -> Corpus:
    one = Corpus(engine, cache, checkpoints or ("minilm",), texts, **options)
    one.wait(PATIENCE_S)
    assert not one.progress().running
    return one


def test_vectors_are_those_of_the_engine(tiny_engine: LocalEngine, cache: VectorCache) -> None:
    one = run(tiny_engine, cache, TEXTS, "tiny_encoder", pooling="cls", layer=1)
    results = tiny_engine.run(
        "feature-extraction", "tiny_encoder", [FeatureExtractionRequest(t, "cls", 1) for t in TEXTS]
    )
    np.testing.assert_allclose(one.vectors("tiny_encoder"), [r.embedding for r in results], atol=1e-5)  # type: ignore[union-attr]
    assert one.progress().done == len(TEXTS)


def test_the_second_time_needs_no_model(cache: VectorCache) -> None:
    engine = Counting()
    first, second = (run(engine, cache, TEXTS) for _ in range(2))
    assert engine.texts == TEXTS
    assert (first.from_disk, second.from_disk) == (0, 10)
    np.testing.assert_array_equal(first.vectors("minilm"), second.vectors("minilm"))


def test_only_changed_blocks_are_embedded_again(cache: VectorCache) -> None:
    engine = Counting()
    run(engine, cache, TEXTS)
    engine.texts.clear()
    changed = [*TEXTS[:5], "Another text.", *TEXTS[6:], "One more."]
    one = run(engine, cache, changed)
    assert engine.texts == changed[4:]
    assert one.from_disk == 4


@pytest.mark.parametrize("other", [{"pooling": "max"}, {"layer": 2}, {"checkpoint": "minilm-ner"}])
def test_all_that_changes_a_vector_is_in_the_key(cache: VectorCache, other: dict[str, Any]) -> None:
    engine = Counting()
    run(engine, cache, TEXTS)
    checkpoint = other.pop("checkpoint", "minilm")
    assert run(engine, cache, TEXTS, checkpoint, **other).from_disk == 0


def test_several_checkpoints_come_one_after_the_other(cache: VectorCache) -> None:
    one = run(Counting(), cache, TEXTS, "minilm", "minilm-ner")
    assert one.progress().total == one.progress().done == 20
    assert one.vectors("minilm-ner").any(1).all()


def test_a_stopped_run_goes_on_where_it_was(cache: VectorCache) -> None:
    engine = Counting()
    engine.go = threading.Semaphore(6)
    one = Corpus(engine, cache, ["minilm"], TEXTS)
    while len(engine.texts) < 6:
        one.wait(0.01)
    one.stop()
    engine.go.release(20)
    one.wait(PATIENCE_S)
    assert 6 <= one.progress().done < 10
    engine.go = None
    engine.texts.clear()
    again = run(engine, cache, TEXTS)
    assert again.from_disk == 4
    assert engine.texts == TEXTS[4:]
    assert again.vectors("minilm").any(1).all()


def test_a_text_without_a_vector_is_told_and_has_zeros(cache: VectorCache) -> None:
    texts = [*TEXTS[:6], "  ", *TEXTS[6:]]
    for _ in range(2):  # the second time as well, when the other blocks come from the disk
        one = run(Counting(), cache, texts)
        assert one.progress().bad == 1
        assert one.first_bad is not None
        assert (one.first_bad[0], one.first_bad[1].message) == (6, "The text is empty.")
        assert list(np.flatnonzero(~one.vectors("minilm").any(1))) == [6]


def test_an_error_of_the_checkpoint_ends_the_run(cache: VectorCache) -> None:
    one = run(FakeEngine(), cache, TEXTS, "nobody")
    assert one.progress().error is not None


def test_a_crash_is_told_and_what_was_embedded_stays(cache: VectorCache, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, answer = Counting(), Counting.run

    def crash(one: Counting, task: str, checkpoint: str, requests: Any) -> Any:
        if len(one.texts) > 6:
            raise MemoryError
        return answer(one, task, checkpoint, requests)

    monkeypatch.setattr(Counting, "run", crash)
    progress = run(engine, cache, TEXTS).progress()
    assert progress.error
    assert progress.error.message == "The playground ran out of memory."
    assert (progress.finished, progress.stopped) == (False, False)
    monkeypatch.setattr(Counting, "run", answer)
    again = run(engine, cache, TEXTS)
    assert again.from_disk == 4
    assert again.progress().finished
