import pytest
from pydantic import ValidationError

from core.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PLAYGROUND_{name.upper()}", raising=False)


def test_every_setting_has_a_default_and_a_description() -> None:
    assert Settings().dtype == "auto"
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_MEMORY_MB", "512")
    monkeypatch.setenv("PLAYGROUND_DTYPE", "float32")
    assert (Settings().memory_mb, Settings().dtype) == (512, "float32")


@pytest.mark.parametrize(
    ("name", "value"), [("memory_mb", "0"), ("dtype", "float8"), ("threads", "-1"), ("batch_tokens", "511")]
)
def test_a_bad_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PLAYGROUND_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_settings_are_read_only() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().memory_mb = 1  # type: ignore[misc]


def test_settings_of_the_process_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load_settings.cache_clear()
    first = load_settings()
    monkeypatch.setenv("PLAYGROUND_MEMORY_MB", "512")
    assert load_settings() is first
    load_settings.cache_clear()
