import io
import zipfile
from pathlib import Path

import pytest

from core.catalog import Catalog
from core.errors import CapacityError, InputError, ModelLoadError, TaskNotSupportedError, UnknownNameError
from core.local_engine import LocalEngine
from core.own_checkpoints import unpack
from core.requests import FillMaskRequest
from core.settings import Settings
from tests.core.conftest import checkpoint_row
from tests.families import save_tiny


def zipped(folder: Path, below: str = "", **more: bytes) -> bytes:
    """The folder as a ZIP archive, with further members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{below}{file.name}")
        for name, content in more.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def engine(tmp_path: Path) -> LocalEngine:
    return LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([]))


@pytest.mark.parametrize("below", ["", "my-model/"])
def test_an_uploaded_checkpoint_answers(engine: LocalEngine, tmp_path: Path, below: str) -> None:
    row = engine.newcomers.take("my model.zip", zipped(save_tiny("roberta", "masked-lm", tmp_path / "mine"), below))
    assert row.private and row.head == "masked-lm" and row.id.startswith("my-model-")
    assert engine.run("fill-mask", row.id, [FillMaskRequest("A warm ___.")])


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
    ("content", "said"), [(b"nothing", "not a ZIP archive"), (zipped(Path(__file__).parent / "hub"), "no config.json")]
)
def test_what_is_no_checkpoint(engine: LocalEngine, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        engine.newcomers.take("mine.zip", content)


def test_a_pickle_is_refused_without_permission(engine: LocalEngine, tmp_path: Path) -> None:
    content = zipped(save_tiny("bert", "masked-lm", tmp_path / "old", safe=False))
    with pytest.raises(ModelLoadError, match="only as a PyTorch file"):
        engine.newcomers.take("old.zip", content)
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


def test_an_upload_is_named_to_nobody_else(engine: LocalEngine, tmp_path: Path) -> None:
    row = engine.newcomers.take("mine.zip", zipped(save_tiny("bert", "masked-lm", tmp_path / "mine")))
    engine.catalog.add(checkpoint_row("plain", "encoder"))
    with pytest.raises(UnknownNameError) as unknown:
        engine.run("fill-mask", "no-such", [FillMaskRequest("A ___.")])
    with pytest.raises(TaskNotSupportedError) as unsupported:
        engine.run("fill-mask", "plain", [FillMaskRequest("A ___.")])
    assert row.id not in f"{unknown.value} {unsupported.value}"
