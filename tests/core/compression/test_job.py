"""Measuring as a job (job.py): what its process tells is what it shows and leaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.checkpoints.catalog import load_catalog
from core.compression.job import CompressionRun
from core.compression.own_rows import reviews
from core.compression.plan import CompressionOrder
from core.workers import runs
from tests.working import ended

POINT = {"level": 0.0, "mb": 2.0, "alone_ms": 1.0, "batch_ms": 1.0, "score": 0.5, "error": 0.1, "change": 0.0}
LINES = (
    {"classes": ["negative", "positive"], "fitted": 4, "held_out": 4, "majority": 0.5, "layers": 4},
    {"done": 1, "total": 3, "doing": "int8: reading 4 rows"},
    {"method": "fp32", "label": "As it is, fp32", **POINT, "change_error": 0.0},
    {"method": "int8", "label": "int8", **POINT, "change_error": 0.1},
)


def test_its_result_is_what_the_process_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def lines(kind: str, folder: runs.WorkFolder, state: Any) -> Iterator[dict[str, Any]]:
        assert kind == "compress"
        assert folder.values()["methods"] == ["int8"]
        yield from LINES

    monkeypatch.setattr(runs, "lines", lines)
    monkeypatch.setattr(runs, "path_of", lambda kind, id: tmp_path / kind / id)
    order = CompressionOrder((load_catalog()["mini-bert"],), ("int8",), reviews()[:8])
    job = ended(CompressionRun("one", order))
    assert job.progress.finished
    assert [one.label for one in job.result.points] == ["As it is, fp32", "int8"]
    assert not (tmp_path / "compress" / "one").exists()
