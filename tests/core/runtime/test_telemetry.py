import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.checkpoints.catalog import Catalog
from core.errors import InputError, PlaygroundError, TaskNotSupportedError, UnknownNameError
from core.runtime import telemetry
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.core.checkpoints.test_own import zipped
from tests.core.conftest import checkpoint_row
from tests.families import save_tiny

GAP = FillMaskRequest("The ___ of the book.")
NONE = FillMaskRequest("A secret sentence without a gap.")


class Lines(logging.Handler):
    """Keeps the log lines."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())

    @property
    def last(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.texts[-1])
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    level = telemetry.log.level
    telemetry.log.addHandler(handler)
    telemetry.log.setLevel(logging.INFO)
    yield handler
    telemetry.log.removeHandler(handler)
    telemetry.log.setLevel(level)


@pytest.fixture
def playground(tmp_path: Path) -> LocalPlayground:
    folder = save_tiny("bert", "masked-lm", tmp_path / "public")
    row = checkpoint_row("public", "masked-lm", source="local", location=str(folder))
    return LocalPlayground(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([row]))


def numbers(playground: LocalPlayground) -> dict[str, float]:
    """Every sample as `name{labels}`, those of time left out."""
    found = {}
    for family in text_string_to_metric_families(playground.metrics()):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            found[f"{one.name}{{{labels}}}"] = one.value
    return found


def test_requests_are_counted_by_task_and_outcome(playground: LocalPlayground) -> None:
    playground.of().engine.run("fill-mask", "public", [GAP, FillMaskRequest("Another ___.")])
    playground.of().engine.run("fill-mask", "public", [GAP])
    with pytest.raises(InputError):
        playground.of().engine.run("fill-mask", "public", [GAP, NONE])
    with pytest.raises(TaskNotSupportedError):
        playground.of().engine.run("question-answering", "public", [GAP])
    list(playground.of().engine.stream("fill-mask", "public", [GAP, NONE, NONE]))
    found = numbers(playground)
    assert found["playground_requests_total{outcome=answered,task=fill-mask}"] == 3
    assert found["playground_requests_total{outcome=cached,task=fill-mask}"] == 1
    assert found["playground_requests_total{outcome=failed,task=fill-mask}"] == 4
    assert found["playground_requests_total{outcome=failed,task=question-answering}"] == 1
    assert found["playground_errors_total{kind=InputError}"] == 3
    assert found["playground_errors_total{kind=TaskNotSupportedError}"] == 1
    assert found["playground_request_seconds_count{task=fill-mask}"] == 3, "streams are not told by their seconds"


def test_memory_queue_and_loads(playground: LocalPlayground) -> None:
    playground.local.load("public")
    found = numbers(playground)
    assert found["playground_loads_total{}"] == 1
    assert found["playground_evictions_total{}"] == 0
    assert found["playground_queue_requests{}"] == 0
    assert found["playground_memory_used_bytes{}"] == playground.local.store.used_bytes() > 0
    assert found["playground_memory_budget_bytes{}"] == playground.local.store.budget_bytes
    playground.of().engine.unload("public")
    assert numbers(playground)["playground_memory_used_bytes{}"] == 0


def test_a_line_says_what_ran_and_not_what_was_asked(playground: LocalPlayground, lines: Lines) -> None:
    (result,) = playground.of().engine.run("fill-mask", "public", [GAP])
    assert {name: value for name, value in lines.last.items() if name not in ("time", "milliseconds")} == {
        "task": "fill-mask",
        "checkpoint": "public",
        "rows": 1,
        "cached": 0,
        "tokens": result.provenance.tokens,
        "error": None,
    }
    assert isinstance(lines.last["milliseconds"], float)
    playground.of().engine.run("fill-mask", "public", [GAP])
    assert (lines.last["cached"], len(lines.texts)) == (1, 2)
    list(playground.of().engine.stream("fill-mask", "public", [GAP] * 3))
    assert (lines.last["rows"], len(lines.texts)) == (3, 3)
    with pytest.raises(InputError):
        playground.of().engine.run("fill-mask", "public", [NONE])
    assert lines.last["error"] == "InputError"
    assert "secret" not in "".join(lines.texts)
    assert "book" not in "".join(lines.texts)


def test_nothing_private_is_in_lines_and_numbers(playground: LocalPlayground, lines: Lines, tmp_path: Path) -> None:
    own = playground.of("ana-the-visitor")
    row = own.library.take("hush.zip", zipped(save_tiny("bert", "masked-lm", tmp_path / "mine")))
    own.engine.run("fill-mask", row.id, [GAP])
    assert lines.last["checkpoint"] == "private"
    list(own.engine.stream("fill-mask", row.id, [GAP]))
    assert lines.last["checkpoint"] == "private"
    with pytest.raises(UnknownNameError):
        playground.of("ben").engine.run("fill-mask", row.id, [GAP])
    assert lines.last["checkpoint"] == "unknown"
    said = "".join(lines.texts) + playground.metrics()
    assert not [word for word in ("hush", "ana-the", row.id, "ben") if word in said]


def test_an_unforeseen_error_is_counted_too(playground: LocalPlayground, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("of a library")

    monkeypatch.setattr(playground.local.scheduler, "submit", fail)
    with pytest.raises(RuntimeError):
        playground.of().engine.run("fill-mask", "public", [GAP])
    assert numbers(playground)["playground_errors_total{kind=RuntimeError}"] == 1


def test_lines_go_to_standard_error_where_the_operator_wants_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "log", logging.Logger("for-this-test"))
    playground = LocalPlayground(Settings(log="requests", cache_folder=tmp_path), Catalog([]))
    with pytest.raises(PlaygroundError):
        playground.of().engine.run("fill-mask", "none", [GAP])
    (said,) = capsys.readouterr().err.splitlines()
    assert json.loads(said)["error"] == "UnknownNameError"
