"""Nothing a stranger uploads brings the playground down: it is taken and answers, or refused in one sentence."""

import gc
import io
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from core.checkpoints.catalog import Catalog
from core.errors import PlaygroundError
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.families import save_tiny
from tests.security.cases import CASES
from tests.security.hostile import ENCODER, TAKEN, Case, Files, archive_of, read, zipped

LONGEST_MESSAGE = 300  # characters
MOST_MEMORY = 200_000_000  # bytes
MOST_SECONDS = 5.0  # of this process, so that others on the machine do not count


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a tiny BERT."""
    return read(save_tiny("bert", "masked-lm", tmp_path_factory.mktemp("valid")))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, valid: Files) -> Iterator[LocalEngine]:
    """An engine without checkpoints, as a visitor has it, that has loaded one before. What lives by now is left out of
    the collections of garbage, which would take most of the time here."""
    settings = Settings(dtype="float32", cache_folder=tmp_path_factory.mktemp("cache"))
    engine = LocalEngine(settings, Catalog([])).of("visitor")
    forget(engine, engine.library.take("first.zip", io.BytesIO(zipped(valid))).id)
    gc.collect()
    gc.freeze()
    yield engine
    gc.unfreeze()


def forget(engine: LocalEngine, id: str) -> None:
    """Removes an upload that was taken."""
    assert engine.library._forget(id)
    engine.library.uploads.drop(id)


class Peak:
    """The most memory that this process takes in the block beyond what it had, in bytes."""

    def __enter__(self) -> "Peak":
        self._process, self._over = psutil.Process(), threading.Event()
        self._start = self.most = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.most = max(self.most, self._process.memory_info().rss)

    @property
    def grown(self) -> int:
        return self.most - self._start


@pytest.fixture
def emptied(engine: LocalEngine) -> Iterator[LocalEngine]:
    """The engine, whose uploads are removed after the test, whatever happened in it."""
    yield engine
    for row in engine.catalog.whole():
        forget(engine, row.id)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_archive(
    emptied: LocalEngine, valid: Files, case: Case, record_property: Callable[[str, object], None]
) -> None:
    archive, engine, said = archive_of(case, valid), emptied, ""
    gc.collect()
    began = time.process_time()
    with Peak() as peak:
        try:
            row = engine.library.take("mine.zip", io.BytesIO(archive))
        except PlaygroundError as e:
            said = e.message
    seconds = time.process_time() - began
    for name, value in {"said": said, "seconds": seconds, "grown": peak.grown}.items():
        record_property(name, value)
    assert seconds < MOST_SECONDS
    assert peak.grown < MOST_MEMORY
    if said:
        assert case.outcome not in (TAKEN, ENCODER), said
        assert case.outcome in said
        assert len(said) <= LONGEST_MESSAGE
        assert said.isprintable()
        assert not left_behind(engine)
        return
    assert case.outcome in (TAKEN, ENCODER, ""), "it was taken"
    assert engine.run("feature-extraction", row.id, [FeatureExtractionRequest("A cat.")])
    if row.head == "masked-lm":
        assert engine.run("fill-mask", row.id, [FillMaskRequest("A ___.")])
    if (engine.loader.folder(row) / "README.md").exists():
        assert "\0" not in engine.library.card(row.id)
    assert case.outcome == "" or (row.head == "encoder") == (case.outcome == ENCODER)
    forget(engine, row.id)
    assert not left_behind(engine)


def left_behind(engine: LocalEngine) -> list[str]:
    """What is still in the catalogue, on the disk or in memory."""
    gc.collect()
    home = engine.library.uploads.folder("any").parent
    found: list[object] = [row.id for row in engine.catalog.whole()]
    found += home.rglob("*") if home.exists() else ()
    found += [*engine.store.loaded(), *engine.loader._embeddings]
    return [str(one) for one in found]
