import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.checkpoints.catalog import MODELS, Catalog
from core.checkpoints.uploads import Uploads
from core.errors import BusyError, CapacityError, InputError, ModelLoadError, UnknownNameError
from core.hub.archive import unpack
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.families import save_tiny

GAP = FillMaskRequest("The ___ of the book.")


def zipped(folder: Path, below: str = "", **more: bytes) -> io.BytesIO:
    """The folder as a ZIP archive, with further members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{below}{file.name}")
        for name, content in more.items():
            archive.writestr(name, content)
    return buffer


@pytest.fixture
def engine(tmp_path: Path) -> LocalEngine:
    return LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([])).of("visitor")


@pytest.mark.parametrize("below", ["", "my-model/"])
def test_an_uploaded_checkpoint_answers(engine: LocalEngine, tmp_path: Path, below: str) -> None:
    row = engine.library.take("my model.zip", zipped(save_tiny("roberta", "masked-lm", tmp_path / "mine"), below))
    assert row.owner == "visitor" and row.head == "masked-lm" and row.id.startswith("my-model-")
    assert engine.run("fill-mask", row.id, [FillMaskRequest("A warm ___.")])


def test_an_uploaded_deberta_keeps_the_decoder_it_was_trained_with(engine: LocalEngine) -> None:
    row = engine.library.take("mine.zip", zipped(MODELS / "mini-deberta"))
    assert (row.head, row.enhanced_mask_decoder) == ("masked-lm", True)
    (bundled,) = LocalEngine(Settings(dtype="float32")).run("fill-mask", "mini-deberta", [GAP])
    assert engine.run("fill-mask", row.id, [GAP])[0].masks == bundled.masks


def test_an_adapter_alone_says_what_it_is(engine: LocalEngine) -> None:
    with pytest.raises(ModelLoadError, match="is an adapter") as caught:
        engine.library.take("mine.zip", zipped(MODELS / "mini-bert-ner"))
    assert "merge_and_unload" in caught.value.hint


def test_only_files_of_a_checkpoint_are_written_and_nowhere_else(tmp_path: Path) -> None:
    content = zipped(
        save_tiny("bert", "masked-lm", tmp_path / "mine"),
        **{"../escaped.json": b"{}", "run.py": b"print()", "/abs/config.json": b"{}", "deep/vocab.txt": b"x"},
    )
    unpack("mine.zip", content, tmp_path / "a" / "out", most_bytes=10**8)
    names = {file.name for file in (tmp_path / "a" / "out").iterdir()}
    assert {"config.json", "model.safetensors"} <= names
    assert not names & {"run.py", "escaped.json"}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    content = zipped(save_tiny("bert", "masked-lm", tmp_path / "mine"), **{"vocab.txt": b"0" * 3_000_000})
    with pytest.raises(CapacityError, match="more than 1 MB"):
        unpack("mine.zip", content, tmp_path / "out", most_bytes=1_000_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [(io.BytesIO(b"nothing"), "not a ZIP archive"), (zipped(Path(__file__).parent.parent / "hub"), "no config.json")],
)
def test_what_is_no_checkpoint(engine: LocalEngine, content: io.BytesIO, said: str) -> None:
    with pytest.raises(InputError, match=said):
        engine.library.take("mine.zip", content)


def test_a_pickle_is_refused_without_permission(engine: LocalEngine, tmp_path: Path) -> None:
    content = zipped(save_tiny("bert", "masked-lm", tmp_path / "old", safe=False))
    with pytest.raises(ModelLoadError, match="only as a PyTorch file"):
        engine.library.take("old.zip", content)
    assert not list(engine.catalog)


def test_the_operators_folder_is_offered_by_name(tmp_path: Path) -> None:
    save_tiny("electra", "token-classification", tmp_path / "shelf" / "our-names")
    (tmp_path / "shelf" / "notes").mkdir()
    settings = Settings(dtype="float32", cache_folder=tmp_path / "cache", local_folder=tmp_path / "shelf")
    engine = LocalEngine(settings, Catalog([]))
    assert [(row.id, row.head, row.source) for row in engine.catalog] == [
        ("our-names", "token-classification", "local")
    ]
    engine.load("our-names")


def uploading(tmp_path: Path, most: float) -> tuple[LocalEngine, io.BytesIO]:
    """An engine that keeps `most` uploads of this size on the disk, and one of them."""
    content = zipped(folder := save_tiny("bert", "masked-lm", tmp_path / "mine"))
    size = sum(file.stat().st_size for file in folder.iterdir())
    engine = LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([])).of("visitor")
    engine.library.uploads = Uploads(int(size * most))
    return engine, content


def test_the_oldest_upload_that_is_not_loaded_makes_room(tmp_path: Path) -> None:
    engine, content = uploading(tmp_path, 3.5)
    a, b, c = (engine.library.take(f"{name}.zip", content).id for name in "abc")
    engine.unload(b)
    engine.unload(c)
    d = engine.library.take("d.zip", content).id
    assert [row.id for row in engine.catalog] == [a, c, d]
    assert not engine.library.uploads.folder(b).exists()
    assert engine.library.uploads.used_bytes() <= engine.library.uploads.budget_bytes
    with pytest.raises(UnknownNameError):
        engine.run("fill-mask", b, [FillMaskRequest("A ___.")])
    assert engine.run("fill-mask", c, [FillMaskRequest("A ___.")])


def test_a_loaded_upload_goes_only_where_no_other_can(tmp_path: Path) -> None:
    engine, content = uploading(tmp_path, 2.5)
    a, b = (engine.library.take(f"{name}.zip", content).id for name in "ab")
    with engine.lease(a):
        c = engine.library.take("c.zip", content).id
        assert [row.id for row in engine.catalog] == [a, c]
    assert b not in {key.checkpoint for key in engine.store.loaded()}


def test_an_upload_in_use_stays(tmp_path: Path) -> None:
    engine, content = uploading(tmp_path, 1.5)
    a = engine.library.take("a.zip", content).id
    with engine.lease(a), pytest.raises(CapacityError, match="PLAYGROUND_UPLOADS_MB"):
        engine.library.take("b.zip", content)
    assert [row.id for row in engine.catalog] == [a]
    assert [folder.name for folder in engine.library.uploads.folder(a).parent.iterdir()] == [a]


def test_one_that_is_too_large_for_all_is_stopped(tmp_path: Path) -> None:
    engine, content = uploading(tmp_path, 0.5)
    with pytest.raises(CapacityError, match="unpacks to more than"):
        engine.library.take("a.zip", content)
    assert engine.library.uploads.used_bytes() == 0


def test_many_uploads_at_once_stay_within_the_budget(tmp_path: Path) -> None:
    engine, archive = uploading(tmp_path, 2.5)
    copies = [io.BytesIO(archive.getvalue()) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        taken = [row.id for row in pool.map(lambda copy: engine.library.take("a.zip", copy), copies)]
    assert engine.library.uploads.used_bytes() <= engine.library.uploads.budget_bytes
    home = engine.library.uploads.folder(taken[0]).parent
    assert {folder.name for folder in home.iterdir()} == {row.id for row in engine.catalog} <= set(taken)


def bounded(tmp_path: Path, **limits: int) -> tuple[LocalEngine, io.BytesIO]:
    """An engine with these limits for a visitor, and an upload for it."""
    settings = Settings(dtype="float32", cache_folder=tmp_path / "cache").model_copy(update=limits)
    content = zipped(save_tiny("bert", "masked-lm", tmp_path / "mine"))
    return LocalEngine(settings, Catalog([])), content


def test_a_visitors_own_oldest_upload_makes_room_and_no_one_elses(tmp_path: Path) -> None:
    engine, content = bounded(tmp_path, visitor_uploads=2)
    ana, ben = engine.of("ana").library, engine.of("ben").library
    bens = ben.take("b.zip", content).id
    a, b, c = (ana.take(f"{name}.zip", content).id for name in "abc")
    assert {row.id for row in engine.catalog.whole()} == {bens, b, c}
    assert not ana.uploads.folder(a).exists()


def test_a_visitors_uploads_in_use_leave_no_room(tmp_path: Path) -> None:
    engine, content = bounded(tmp_path, visitor_uploads=1)
    own = engine.of("ana")
    first = own.library.take("a.zip", content).id
    with own.lease(first), pytest.raises(BusyError, match="are in use"):
        own.library.take("b.zip", content)
    assert [row.id for row in own.catalog] == [first]
    assert [folder.name for folder in own.library.uploads.folder(first).parent.iterdir()] == [first]


def test_an_upload_above_what_one_visitor_may_keep_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, content = bounded(tmp_path, visitor_uploads_mb=1)
    own = engine.of("ana").library
    first = own.take("a.zip", content).id
    monkeypatch.setattr(Uploads, "size", lambda *_: 2_000_000)
    with pytest.raises(CapacityError, match="takes 2 MB; one visitor may keep 1 MB.*PLAYGROUND_VISITOR_UPLOADS_MB"):
        own.take("b.zip", content)
    assert [folder.name for folder in own.uploads.folder(first).parent.iterdir()] == [first]
