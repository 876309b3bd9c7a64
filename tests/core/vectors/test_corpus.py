"""A corpus: vectors as the engine gives them, blocks kept by content, a stop, texts without a vector."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import PlaygroundError
from core.files.tables import Table
from core.jobs import Progress
from core.provenance import Request, Result
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.vectors import corpus
from core.vectors.cache import VectorCache
from core.vectors.corpus import Corpus, Indexing
from tests.fake_engine import FakeEngine
from tests.working import Started, ended

TEXTS = [f"Text number {'very ' * (n % 7)}{n}." for n in range(10)]


@pytest.fixture(autouse=True)
def small_blocks_in_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(corpus, "BLOCK", 4)
    monkeypatch.setattr(corpus, "open_vector_cache", lambda: VectorCache(tmp_path, 10**8))


class Counting(FakeEngine):
    """Counts what it embeds; with `go` it waits for leave before each text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.go: threading.Semaphore | None = None

    def stream(
        self, task: str, checkpoint: str, requests: Iterable[Request | PlaygroundError], stopped: Any = None
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


def indexing(texts: list[str], *checkpoints: str, **options: Any) -> Indexing:
    table = Table("a.txt", ("text",), tuple((text,) for text in texts), tuple(range(1, len(texts) + 1)))
    return Indexing(checkpoints or ("minilm",), table, "text", **options)


def run(engine: Any, texts: list[str], *checkpoints: str, **options: Any) -> Corpus:
    one: Corpus = ended(indexing(texts, *checkpoints, **options), engine).result
    return one


def progress_of(engine: Any, texts: list[str], *checkpoints: str) -> Progress:
    return ended(indexing(texts, *checkpoints), engine).progress


def test_vectors_are_those_of_the_engine(tiny_engine: LocalEngine) -> None:
    one = run(tiny_engine, TEXTS, "tiny_encoder", pooling="cls", layer=1)
    results = tiny_engine.run(
        "feature-extraction", "tiny_encoder", [FeatureExtractionRequest(t, "cls", 1) for t in TEXTS]
    )
    np.testing.assert_allclose(one.vectors("tiny_encoder"), [r.embedding for r in results], atol=1e-5)  # type: ignore[union-attr]


def test_the_second_time_needs_no_model() -> None:
    engine = Counting()
    first, second = (run(engine, TEXTS) for _ in range(2))
    assert engine.texts == TEXTS
    assert (first.from_disk, second.from_disk) == (0, 10)
    np.testing.assert_array_equal(first.vectors("minilm"), second.vectors("minilm"))


def test_only_changed_blocks_are_embedded_again() -> None:
    engine = Counting()
    run(engine, TEXTS)
    engine.texts.clear()
    changed = [*TEXTS[:5], "Another text.", *TEXTS[6:], "One more."]
    one = run(engine, changed)
    assert engine.texts == changed[4:]
    assert one.from_disk == 4


@pytest.mark.parametrize("other", [{"pooling": "max"}, {"layer": 2}, {"checkpoint": "minilm-ner"}])
def test_all_that_changes_a_vector_is_in_the_key(other: dict[str, Any]) -> None:
    engine = Counting()
    run(engine, TEXTS)
    checkpoint = other.pop("checkpoint", "minilm")
    assert run(engine, TEXTS, checkpoint, **other).from_disk == 0


def test_several_checkpoints_come_one_after_the_other() -> None:
    job = ended(indexing(TEXTS, "minilm", "minilm-ner"), Counting())
    assert job.progress.total == job.progress.done == 20
    assert job.result.vectors("minilm-ner").any(1).all()


def test_a_stopped_run_goes_on_where_it_was() -> None:
    engine = Counting()
    engine.go = threading.Semaphore(6)
    one = Started(indexing(TEXTS), engine)
    while len(engine.texts) < 6:
        one.now(0.01)
    one.stop()
    engine.go.release(20)
    assert 6 <= one.ended().progress.done < 10
    engine.go = None
    engine.texts.clear()
    again = run(engine, TEXTS)
    assert again.from_disk == 4
    assert engine.texts == TEXTS[4:]
    assert again.vectors("minilm").any(1).all()


def test_a_text_without_a_vector_is_told_and_has_zeros() -> None:
    texts = [*TEXTS[:6], "  ", *TEXTS[6:]]
    for _ in range(2):  # the second time as well, when the other blocks come from the disk
        job = ended(indexing(texts), Counting())
        one = job.result
        assert job.progress.bad == 1
        assert one.first_bad is not None
        assert (one.first_bad[0], one.first_bad[1].message) == (6, "The text is empty.")
        assert list(np.flatnonzero(~one.vectors("minilm").any(1))) == [6]


def test_an_error_of_the_checkpoint_ends_the_run() -> None:
    assert progress_of(FakeEngine(), TEXTS, "nobody").error is not None


def test_a_crash_is_told_and_what_was_embedded_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, answer = Counting(), Counting.run

    def crash(one: Counting, task: str, checkpoint: str, requests: Any) -> Any:
        if len(one.texts) > 6:
            raise MemoryError
        return answer(one, task, checkpoint, requests)

    monkeypatch.setattr(Counting, "run", crash)
    progress = progress_of(engine, TEXTS)
    assert progress.error
    assert progress.error.message == "The playground ran out of memory."
    assert (progress.finished, progress.stopped) == (False, False)
    monkeypatch.setattr(Counting, "run", answer)
    again = ended(indexing(TEXTS), engine)
    assert again.result.from_disk == 4
    assert again.progress.finished
