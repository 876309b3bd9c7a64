import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import SettingsError
from core.settings import Settings, exit_on_nonsense, load_settings

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLAYGROUND_{name.upper()}", raising=False)
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_every_setting_has_a_default_and_a_description() -> None:
    assert Settings().dtype == "auto"
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_MEMORY_MB", "512")
    monkeypatch.setenv("PLAYGROUND_DTYPE", "float32")
    assert (Settings().memory_mb, Settings().dtype) == (512, "float32")


BAD = {
    ("MEMORY_MB", "0"): "a whole number above 0",
    ("MEMORY_MB", "abc"): "a whole number",
    ("MEMORY_MB", ""): "a whole number",
    ("DTYPE", "int8"): "auto, float32 or bfloat16",
    ("THREADS", "-1"): "a whole number, 0 or more",
    ("THREADS", "257"): "a whole number, 256 or less",
    ("THREADS", "99999999999999999999"): "a whole number, 256 or less",
    ("REQUEST_SECONDS", "1000000001"): "a whole number, 1000000000 or less",
    ("LOCAL_FOLDER", ""): "a folder",
    ("CACHE_FOLDER", ""): "a folder",
    ("MAX_CHARACTERS", "-1"): "a whole number above 0",
    ("BATCH_TOKENS", "511"): "a whole number, 512 or more",
    ("HUB", "none"): "any, catalog or off",
    ("PYTORCH_FILES", "maybe"): "true or false",
    ("DEVICE", "toaster"): "auto, cpu, cuda or cuda and a number, such as cuda:0",
    ("LOCAL_FOLDER", "no/such/folder"): "an existing folder",
}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PLAYGROUND_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.message == f"PLAYGROUND_{name} is “{value}”; it must be {BAD[name, value]}."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PLAYGROUND_MEMORY", "PLAYGROUND_MEMORY is not a setting; did you mean PLAYGROUND_MEMORY_MB?"),
        ("playground_trheads", "playground_trheads is not a setting; did you mean PLAYGROUND_THREADS?"),
        ("PLAYGROUND_XYZZY", "PLAYGROUND_XYZZY is not a setting."),
    ],
)
def test_a_misspelt_name_is_told(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.message == said


def test_small_letters_do_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("playground_memory_mb", "512")
    assert load_settings().memory_mb == 512


def test_every_mistake_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MEMORY_MB", "THREADS", "NONSENSE"):
        monkeypatch.setenv(f"PLAYGROUND_{name}", "abc")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert [line.split()[0] for line in caught.value.message.splitlines()] == [
        "PLAYGROUND_NONSENSE",
        "PLAYGROUND_MEMORY_MB",
        "PLAYGROUND_THREADS",
    ]


def test_a_program_ends_with_the_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PLAYGROUND_THREADS", "many")
    with pytest.raises(SystemExit) as caught, exit_on_nonsense():
        load_settings()
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("PLAYGROUND_THREADS is “many”; it must be a whole number.")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [["core", "checkpoints"], ["benchmarks"], ["streamlit", "run", "app.py"]])
def test_no_program_starts_with_nonsense(command: list[str]) -> None:
    environment = os.environ | {"PLAYGROUND_MEMORY_MB": "abc"}
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "PLAYGROUND_MEMORY_MB is “abc”" in ended.stderr


def test_settings_are_read_only() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().memory_mb = 1  # type: ignore[misc]


def test_settings_of_the_process_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_settings()
    monkeypatch.setenv("PLAYGROUND_MEMORY_MB", "512")
    assert load_settings() is first
