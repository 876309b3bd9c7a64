"""The measurement itself (run.py, job.py) on a few texts of a small network."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.batching.job import BatchingRun
from core.batching.report import BatchingOrder, BatchingReport, read_batching_order
from core.batching.run import PlainNetwork, measure
from core.batching.ways import PLANNED, SORTED, WAYS
from core.checkpoints.catalog import load_catalog
from core.workers import runs
from tests.working import ended

ORDER = BatchingOrder((load_catalog()["mini-distilbert"],), 512)


def test_every_way_is_read_and_stop_ends_it() -> None:
    report = BatchingReport(ORDER.budget)
    for line in measure(ORDER, Event(), rounds=1, count=6):
        report = report.after(line)
    assert len(report.lengths) == 6
    assert tuple(report.seconds or ()) == WAYS
    assert all(value >= 0 for value in (report.seconds or {}).values())
    stopped = Event()
    stopped.set()
    assert len([*measure(ORDER, stopped, rounds=1, count=6)]) == 1, "only the lengths are told"


def test_a_plain_network_reads_each_token_once_however_it_is_batched(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = PlainNetwork(ORDER, ["A cat sat.", "The dog ran away from the old house.", "It rained."])
    read: list[int] = []
    forward = type(plain.model).forward

    def counting(self: Any, **inputs: Any) -> Any:
        read.append(int(inputs["attention_mask"].sum()))
        return forward(self, **inputs)

    monkeypatch.setattr(type(plain.model), "forward", counting)
    for way in PLANNED:
        read.clear()
        plain.read(way)
        assert sum(read) == sum(plain.lengths)


def test_its_order_travels_as_json_and_its_result_is_what_the_process_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lines(kind: str, folder: runs.WorkFolder, state: Any) -> Iterator[dict[str, Any]]:
        assert kind == "batching"
        assert asdict(read_batching_order(folder.values())) == asdict(ORDER)
        yield from ({"lengths": [2, 4]}, {"done": 0, "total": 7, "doing": SORTED}, {"way": SORTED, "seconds": 1.5})

    monkeypatch.setattr(runs, "lines", lines)
    monkeypatch.setattr(runs, "path_of", lambda kind, id: tmp_path / kind / id)
    job = ended(BatchingRun("one", ORDER))
    assert job.progress.finished
    assert job.result.seconds == {SORTED: 1.5}
