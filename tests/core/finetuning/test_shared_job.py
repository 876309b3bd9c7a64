"""Several tasks as a job: what it tells, what is taken in, what is found again after a restart."""

import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoints.catalog import Checkpoint, load_catalog
from core.commands.told_lines import as_json
from core.errors import CapacityError, InputError
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.finetuning.run_folder import SharedFolder, SharedOrder, TrainingOrder
from core.finetuning.shared_job import SharedRun, unfinished_tasks
from core.finetuning.shared_report import (
    AloneStep,
    SharedOutcome,
    SharedPoint,
    SharedReport,
    SharedStart,
    read_shared_line,
    together_and_alone,
)
from core.jobs import State
from core.settings import Settings
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

LINES = (
    SharedStart(10, {"a": 0.75, "b": 0.25}, {"a": 0.5, "b": 0.1}, 4),
    SharedPoint(5, "a", 0.7, 1.0),
    SharedPoint(10, "b", 0.6, 2.0, {"a": 0.8, "b": 0.3}),
    AloneStep("a", 3, 7),
    AloneStep("a", 7, 7, 0.5),
    "It became hot.",
    SharedOutcome(10, {"a": 0.8, "b": 0.3}, {"a": 0.04, "b": 0.06}, 2.0, {"a": 0.5}, {"a": 0.05}),
)
PLAN = TrainingPlan("text-classification", "mini-bert", "full")
ROWS = tuple(TrainingRow(n, (f"day {n}",), ("ab"[n % 2],)) for n in range(8))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SharedRun:
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(cache_folder=tmp_path))
    one = TrainingOrder("a with others", PLAN, (load_catalog()["mini-bert"],), ROWS[:6], ROWS[6:])
    other = replace(one, name="b with others", plan=replace(PLAN, task="fill-mask"))
    return SharedRun("token-nine", SharedOrder({"a": one, "b": other}, 2.0))


def test_what_is_printed_is_what_was_said_and_what_is_better_is_known() -> None:
    report = SharedReport()
    for line in LINES:
        again = read_shared_line(json.loads(json.dumps(as_json(line))))
        assert again == line
        report = report.after(again)
    assert (report.done, len(report.evaluated), report.warning) == (17, 1, "It became hot.")
    a, b = together_and_alone(report)
    assert (a.verdict, b.verdict, a.error, b.alone) == (1, 0, 0.04, None)


class Shelf:
    def adopt(self, name: str, folder: Path, trained_from: str) -> Checkpoint:
        return replace(load_catalog()[trained_from], id=f"{folder.parent.parent.name}-{folder.name}-{name[0]}")


def test_of_several_seeds_the_best_is_kept_and_one_that_diverges_ends_no_other(
    work: SharedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = []

    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        seed = SharedFolder(folder.path).read().plan.seed
        seeds.append(seed)
        yield as_json(LINES[0])
        if seed == 14:
            raise InputError("The loss is no number.")
        scores = {"a": 0.5 + (seed - 13) / 10, "b": 0.3}
        yield as_json(SharedOutcome(10, scores, {"a": 0.01, "b": 0.06}, 2.0, {"a": 0.5}, {"a": 0.05}))

    monkeypatch.setattr(runs, "lines", lines)
    tasks = {name: replace(one, plan=replace(one.plan, seeds=3)) for name, one in work.order.tasks.items()}
    state = State(1)
    replace(work, order=replace(work.order, tasks=tasks)).run(None, Shelf(), state)
    found: SharedReport = state.result
    assert seeds == [13, 14, 15]
    assert [one.seed for one in found.seeds] == [13, 15]
    assert found.checkpoints == {"a": "seed-15-a-a", "b": "seed-15-b-b"}
    assert found.warning == "Seed 14: The loss is no number."
    a, b = together_and_alone(found)
    assert (a.together, a.error, b.error) == (pytest.approx(0.6), pytest.approx(0.1), 0.06), "seeds or rows, the larger"
    assert (state.done, state.total) == (60, 60)


def test_where_all_seeds_fail_the_last_one_says_why(work: SharedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        yield as_json(LINES[0])
        raise CapacityError("There is no room.")

    monkeypatch.setattr(runs, "lines", lines)
    tasks = {name: replace(one, plan=replace(one.plan, seeds=2)) for name, one in work.order.tasks.items()}
    with pytest.raises(InputError, match="Seed 14: There is no room"):
        replace(work, order=replace(work.order, tasks=tasks)).run(None, Shelf(), State(1))


def test_it_takes_in_a_model_for_each_task_and_is_found_after_a_restart(
    work: SharedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        assert kind == "several-tasks"
        assert unfinished_tasks("token-nine") == work
        yield from map(as_json, LINES)

    monkeypatch.setattr(runs, "lines", lines)
    state = State(1)
    pickle.loads(pickle.dumps(work)).run(None, Shelf(), state)
    found: SharedReport = pickle.loads(pickle.dumps(state.result))
    assert found.checkpoints == {"a": "token-nine-a-a", "b": "token-nine-b-b"}
    assert (state.done, state.total) == (20, 20)
    assert unfinished_tasks("token-nine") is None
