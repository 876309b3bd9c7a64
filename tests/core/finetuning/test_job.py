"""A training as a job: its process, what it tells, how it ends, and what of it survives."""

import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.commands.told_lines import as_json
from core.engine import Visit
from core.errors import CapacityError
from core.finetuning.gather import TrainingRow
from core.finetuning.job import FineTuneRun, folder_of, unfinished
from core.finetuning.plan import TrainingPlan
from core.finetuning.report import TrainingReport, TrainingStart
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.jobs import Job, State
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from core.tasks.text_classification.schema import TextClassificationRequest
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

PLAN = TrainingPlan("text-classification", "mini-bert", "head", epochs=2, watch=("a good day",))
ROWS = tuple(TrainingRow(n, (f"{word} day number {n}",), (word,)) for n in range(20) for word in ("good", "bad"))


def order(**fields: object) -> TrainingOrder:
    row = load_catalog()["mini-bert"]
    return TrainingOrder("Days", replace(PLAN, **fields), (row,), ROWS[:30], ROWS[30:])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings(cache_folder=tmp_path / "cache", device="cpu")
    monkeypatch.setattr(runs, "load_settings", lambda: found)
    return found


@pytest.fixture
def visit(settings: Settings) -> Callable[[str], Visit]:
    return LocalPlayground(settings, Catalog(load_catalog())).of


def until(visit: Visit, id: str, ready: Callable[[Job], bool], seconds: float = 100) -> Job:
    """The job as soon as it is `ready`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        job = visit.jobs.find(id)
        assert job
        if ready(job):
            return job
        time.sleep(0.02)
    raise AssertionError("it takes too long")


def test_stopped_it_has_learned_and_answers_to_its_visitor_alone(visit: Callable[[str], Visit]) -> None:
    mine, other, long = visit("me"), visit("you"), order(epochs=50, evaluations=1000)
    work = pickle.loads(pickle.dumps(FineTuneRun("token-one", long)))
    assert mine.jobs.start(work, "training", work.id) == "token-one"
    until(mine, "token-one", lambda job: bool(job.shown and len(job.shown.evaluated) > 1))
    assert unfinished("token-one") == work, "what a server that has restarted finds"
    assert folder_of("token-one").state.exists()
    mine.jobs.stop("token-one")
    job = until(mine, "token-one", lambda job: not job.progress.running)
    assert job.progress.error is None
    assert job.progress.stopped
    report: TrainingReport = pickle.loads(pickle.dumps(job.result))
    assert report.start
    assert report.outcome
    assert report.start.classes == ("bad", "good")
    assert report.points[-1].step < report.start.steps
    assert report.evaluated[-1].watched[0].text == "a good day"
    assert len(report.outcome.labels) == 10
    row = mine.library.catalog[report.checkpoint]
    assert (row.name, row.trained_from, row.family) == ("Days", "mini-bert", "bert")
    (result,) = mine.engine.run("text-classification", row.id, [TextClassificationRequest("a good day")])
    assert {label.label for label in result.labels} == {"good", "bad"}
    assert "trained further for text classification" in mine.library.card(row.id)
    assert row.id not in {one.id for one in other.library.catalog}
    assert not folder_of("token-one").path.exists()
    assert unfinished("token-one") is None


@pytest.mark.parametrize("id", ["../../etc", "", "unknown", "a/b"])
def test_only_a_known_id_finds_a_folder(settings: Settings, id: str) -> None:
    assert unfinished(id) is None


def test_when_its_process_fails_the_best_weights_of_the_last_evaluation_are_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = TrainingStart(("bad", "good"), 9, 64, 1, 2, 4, 0)
    asked: list[bool] = []

    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        asked.append(finish)
        yield as_json(start)
        if not finish:
            folder.state.touch()
            raise CapacityError("There was not enough memory for this training.")
        yield {"best": 3, "score": 0.8, "before": 0.5, "seconds": 1.0, "labels": []}

    class Shelf:
        def adopt(self, name: str, folder: Path, trained_from: str) -> Checkpoint:
            return load_catalog()["mini-bert"]

    monkeypatch.setattr(runs, "lines", lines)
    state = State(1)
    FineTuneRun("token-five", order()).run(None, Shelf(), state)
    assert asked == [False, True]
    assert state.result.outcome.score == 0.8
    assert state.result.warning == (
        "There was not enough memory for this training. The best weights until then are kept."
    )
    assert not folder_of("token-five").path.exists()


def test_of_several_seeds_the_best_is_kept_and_one_that_is_over_is_not_trained_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, trained, scores = TrainingStart(("bad", "good"), 9, 64, 1, 2, 4, 0), [], {13: 0.7, 14: 0.9, 15: 0.8}

    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        seed = RunFolder(folder.path).read().plan.seed
        trained.append(seed)
        if trained == [13, 14]:
            raise KeyboardInterrupt  # the server is ended
        yield as_json(start)
        yield {"best": 3, "score": scores[seed], "before": 0.5, "seconds": 1.0, "labels": []}

    class Shelf:
        def adopt(self, name: str, folder: Path, trained_from: str) -> Checkpoint:
            adopted.append(folder.parent.name)
            return load_catalog()["mini-bert"]

    adopted: list[str] = []
    monkeypatch.setattr(runs, "lines", lines)
    monkeypatch.setattr(RunFolder, "remove", lambda folder: None)
    work, state = FineTuneRun("token-six", order(seeds=3)), State(1)
    with pytest.raises(KeyboardInterrupt):
        work.run(None, Shelf(), State(1))
    monkeypatch.undo()
    monkeypatch.setattr(runs, "load_settings", lambda: settings)
    monkeypatch.setattr(runs, "lines", lines)
    work.run(None, Shelf(), state)
    assert trained == [13, 14, 14, 15], "what seed 13 said is known"
    assert [one.outcome.score for one in state.result.seeds] == [0.7, 0.9, 0.8]
    assert state.result.outcome.score == 0.9
    assert adopted == ["seed-14"]
    assert pickle.loads(pickle.dumps(state.result)) == state.result


def test_the_state_of_another_order_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.write(order())
    folder.state.touch()
    folder.write(order())
    assert folder.state.exists()
    folder.write(order(epochs=3))
    assert not folder.state.exists()


def test_where_training_is_switched_off_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Callable[[str], Visit]
) -> None:
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(trainings=0, cache_folder=tmp_path))
    mine = visit("me")
    mine.jobs.start(FineTuneRun("token-four", order()), "training", "token-four")
    job = until(mine, "token-four", lambda job: not job.progress.running)
    assert isinstance(job.progress.error, CapacityError)
    assert job.progress.error.message == runs.OFF[0]
