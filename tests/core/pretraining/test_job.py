"""A pretraining as a job: what its process tells, what is kept, what is found after a restart."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.checkpoints.catalog import Checkpoint, load_catalog
from core.commands.told_lines import as_json
from core.errors import CapacityError
from core.jobs import State
from core.pretraining.job import PretrainOrder, PretrainRun, folder_of, unfinished
from core.pretraining.plan import Contender, PretrainPlan
from core.pretraining.report import PieceFill, PretrainOutcome, PretrainPoint, PretrainStart
from core.settings import Settings
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

PLAN = PretrainPlan((Contender("masked-tokens"), Contender("replaced-tokens")))
ORDER = PretrainOrder(("One", "Two"), PLAN)
START = PretrainStart(2000, 65_000, 6_000, 1024, (9, 9), (9, 12))
POINTS = (
    PretrainPoint(0, 4, 4096, 2.0, 7.0, 6.9, 0.1, (PieceFill("they", 0.3),)),
    PretrainPoint(1, 3, 3072, 2.5, 40.0, 0.7, 0.2, (PieceFill("it", 0.2, 0.6),)),
)
ENDS = tuple(PretrainOutcome(n, 4, 0.4, 60.0, 4096, "Its time is up.") for n in range(2))


class Shelf:
    """Takes in what was trained."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    def adopt(self, name: str, folder: Path, trained_from: str = "") -> Checkpoint:
        self.taken.append((name, folder.name))
        return load_catalog()["mini-bert"]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(cache_folder=tmp_path))


def test_what_is_told_becomes_a_report_and_both_networks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        seen.append(unfinished("token"))
        yield from map(as_json, (START, *POINTS, *ENDS))

    monkeypatch.setattr(runs, "lines", lines)
    work = pickle.loads(pickle.dumps(PretrainRun("token", ORDER)))
    state, shelf = State(work.total), Shelf()
    work.run(None, shelf, state)
    report = pickle.loads(pickle.dumps(state.result))
    assert (report.start, report.points, report.outcomes) == (START, POINTS, ENDS)
    assert report.evaluated(1) == POINTS[1:]
    assert shelf.taken == [("One", "model-1"), ("Two", "model-2")]
    assert (state.total, state.done) == (120, 120)
    assert seen == [work], "what a server that has restarted finds"
    assert unfinished("token") is None
    assert not folder_of("token").path.exists()


def test_one_that_fails_before_its_first_point_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        yield as_json(START)
        raise CapacityError("There was not enough memory for this training.")

    monkeypatch.setattr(runs, "lines", lines)
    with pytest.raises(CapacityError):
        PretrainRun("token", ORDER).run(None, Shelf(), State(1))
    assert not folder_of("token").path.exists()
