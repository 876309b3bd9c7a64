import io
import threading
from pathlib import Path

import pytest
import torch

from core.checkpoints.catalog import Catalog
from core.errors import CapacityError, ModelLoadError
from core.hub import library
from core.runtime.local import LocalEngine
from core.settings import Settings
from tests.families import save_tiny
from tests.security.hostile import read, zipped


@pytest.fixture
def engine(tmp_path: Path) -> LocalEngine:
    return LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([])).of("visitor")


@pytest.fixture
def archive(tmp_path: Path) -> io.BytesIO:
    return io.BytesIO(zipped(read(save_tiny("bert", "masked-lm", tmp_path / "mine"))))


def left(engine: LocalEngine) -> list[object]:
    """What is in the catalogue, in the memory and on the disk."""
    home = engine.library.uploads.folder("any").parent
    return [*engine.catalog.whole(), *engine.store.loaded(), *(home.iterdir() if home.exists() else ())]


def test_a_first_load_that_takes_too_long_is_given_up_and_leaves_nothing_when_it_ends(
    engine: LocalEngine, archive: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ended = threading.Event(), threading.Event()
    leave = engine.library._leave_nothing

    def slowly(row):
        go_on.wait()
        with engine.store.lease(engine._key(row), lambda key: engine.loader.load(key, row), 0):
            pass

    def leaving(row, **how):
        leave(row, **how)
        if go_on.is_set():
            ended.set()

    monkeypatch.setattr(library, "LONGEST_FIRST_LOAD", 0.1)
    monkeypatch.setattr(engine.library, "_try", slowly)
    monkeypatch.setattr(engine.library, "_check", lambda row: None)
    monkeypatch.setattr(engine.library, "_leave_nothing", leaving)
    with pytest.raises(CapacityError, match="“mine” took longer than 0 s to load"):
        engine.library.take("mine.zip", archive)
    assert not left(engine)
    go_on.set()
    assert ended.wait(60)
    assert not left(engine)


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("not enough memory: x")]
)
def test_no_memory_for_an_upload_is_no_damage(
    engine: LocalEngine, archive: io.BytesIO, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(row):
        raise error

    monkeypatch.setattr(engine.loader, "_plain", fail)
    with pytest.raises(CapacityError, match="There was not enough memory to load") as caught:
        engine.library.take("mine.zip", archive)
    assert caught.value.__cause__ is error
    assert not left(engine)


def test_an_upload_beyond_the_budget_is_refused_before_its_weights_are_read(
    engine: LocalEngine, archive: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.library, "_try", lambda row: pytest.fail("it was loaded"))
    size = len(archive.getvalue())
    monkeypatch.setattr(engine.store, "budget_bytes", size)
    monkeypatch.setattr(engine.library.uploads, "budget_bytes", size * 10)
    with pytest.raises(CapacityError):
        engine.library.take("mine.zip", archive)
    assert not left(engine)


def test_where_uploads_are_switched_off_none_is_unpacked(
    engine: LocalEngine, archive: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.library, "settings", engine.library.settings.model_copy(update={"uploads": False}))
    monkeypatch.setattr("core.hub.library.unpack", lambda *arguments, **options: pytest.fail("it was unpacked"))
    with pytest.raises(ModelLoadError, match="switched off"):
        engine.library.take("mine.zip", archive)
    assert not left(engine)


def test_one_that_loads_but_cannot_answer_is_not_taken(engine: LocalEngine, archive: io.BytesIO, monkeypatch) -> None:
    def fail(*arguments, **options):
        raise IndexError("index out of range in self")

    monkeypatch.setattr("core.runtime.runner.forward_function", lambda spec, model: fail)
    with pytest.raises(ModelLoadError, match=r"“mine” loads, but cannot answer \(IndexError\)"):
        engine.library.take("mine.zip", archive)
    assert not left(engine)
