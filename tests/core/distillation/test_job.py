"""A distillation as a job (job.py): what its process tells, what it leaves, what survives a restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.checkpoints.catalog import Checkpoint, load_catalog
from core.commands.told_lines import as_json
from core.compression.own_rows import reviews
from core.distillation.job import DistilFolder, DistilOrder, DistilRun, unfinished
from core.distillation.plan import DistilPlan, check_distil_plan
from core.distillation.report import DistilledNetwork, DistilOutcome, DistilPoint, DistilStart
from core.errors import InputError
from core.jobs import State
from core.settings import Settings
from core.workers import runs

PLAN = DistilPlan("text-classification", "mini-bert-sentiment", 2)
ORDER = DistilOrder("Small", PLAN, load_catalog().with_base("mini-bert-sentiment"), reviews()[:8], reviews()[8:12])
TEACHER = DistilledNetwork("teacher", 4, 10, 4.0, 2.0, 1.0, 0.9, 0.1, 1.0, 0.0)
STUDENT = DistilledNetwork("student", 2, 6, 2.0, 1.0, 0.5, 0.81, 0.1, 0.9, 0.05)
LINES = (
    DistilStart(9, 64, 4, 2, 10, 6, 0, 0.9, 0.5),
    DistilPoint(0, 3, 1.5, {"soft": 0.1, "own": 0.7}, 1e-4, 2.0, 0.8),
    DistilOutcome(3, 0.81, 2.0, TEACHER, (STUDENT,)),
)


class Shelf:
    def adopt(self, name: str, folder: Path, trained_from: str, how: str) -> Checkpoint:
        assert (name, trained_from, how) == ("Small", "mini-bert-sentiment", "distilled here into 2 layers")
        return load_catalog()["mini-bert"]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(cache_folder=tmp_path))


def test_its_result_is_what_the_process_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(kind: str, folder: runs.WorkFolder, state: Any) -> Iterator[dict[str, Any]]:
        assert kind == "distil"
        assert DistilFolder(folder.path).read() == ORDER
        assert unfinished("one") == DistilRun("one", ORDER), "what a server that has restarted finds"
        yield from map(as_json, LINES)

    monkeypatch.setattr(runs, "lines", lines)
    state = State(1)
    DistilRun("one", ORDER).run(None, Shelf(), state)  # type: ignore[arg-type]
    assert (state.done, state.total) == (9, 9)
    assert (state.result.start, *state.result.points, state.result.outcome) == LINES
    assert state.result.checkpoint == "mini-bert"
    assert unfinished("one") is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"soft": 0.0, "hidden": 0.0, "own": 0.0}, "All three losses have the weight 0"),
        ({"temperature": 0.0}, "“temperature” is 0; it must be from 0.5 to 20"),
        ({"hidden": float("nan")}, "“hidden” is nan"),
        ({"epochs": 0}, "“epochs” is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_distil_plan(DistilPlan("text-classification", "x", 1, **fields))
