"""The same rows learned in several ways."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.checkpoints.catalog import load_catalog
from core.finetuning import comparison
from core.finetuning.comparison import WAYS, OneTraining, WaysCompared, summed_up
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.finetuning.report import TrainingLine, TrainingOutcome, TrainingPoint, TrainingStart
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.jobs import State
from core.settings import Settings
from core.workers import runs
from tests.working import Started

ROWS = (TrainingRow(1, ("a",), ("x",)), TrainingRow(2, ("b",), ("y",)))
PLAN = TrainingPlan("text-classification", "mini-bert", layer_decay=0.5, gradual=True, learning_rate=1.0)


def compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seeds: tuple[int, ...]) -> tuple[WaysCompared, list[Any]]:
    """A comparison whose trainings are over at once, and the plans that they were given."""
    plans: list[Any] = []

    def lines(folder: RunFolder, state: State) -> Iterator[TrainingLine]:
        plan = folder.read().plan
        plans.append(plan)
        yield TrainingStart(("x", "y"), 3, 64, 10, 20, 4, 0)
        yield TrainingPoint(1, 0.5, 1e-3, 1.0, 0, 1.0)
        yield TrainingOutcome(3, 0.5 + plan.seed / 10, 0.5, 2.0, (), 700.0)

    found = Settings(cache_folder=tmp_path)
    monkeypatch.setattr(runs, "load_settings", lambda: found)
    monkeypatch.setattr(comparison, "lines_of", lines)
    order = TrainingOrder("Letters", PLAN, (load_catalog()["mini-bert"],), ROWS, ROWS)
    return WaysCompared("token", order, seeds), plans


def test_every_way_is_trained_with_every_seed_and_nothing_else_differs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work, plans = compared(monkeypatch, tmp_path, (1, 3))
    ended = Started(work).ended()
    assert ended.progress.finished
    assert len(ended.result) == len(WAYS) * 2
    assert [plan.seed for plan in plans] == [1] * len(WAYS) + [3] * len(WAYS)
    assert [(p.method, p.layer_decay, p.gradual) for p in plans[: len(WAYS)]] == [
        ("head", 1.0, False),
        ("lora", 1.0, False),
        ("full", 1.0, False),
        ("full", comparison.LAYER_DECAY, False),
        ("full", 1.0, True),
    ]
    assert {plan.learning_rate for plan in plans} == {0.0}, "each way has its usual rate"
    first = summed_up(ended.result)[0]
    assert (first.way, first.score, first.learning) == ("Head only", pytest.approx(0.7), 10)
    assert first.error == pytest.approx(0.1)
    assert not (tmp_path / "trainings" / "token").exists()


def test_stopped_it_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work, plans = compared(monkeypatch, tmp_path, (1,))
    state = State(work.total)
    inner = comparison.lines_of

    def stop_at_the_third(folder: RunFolder, state: State) -> Iterator[TrainingLine]:
        if len(plans) == 2:
            state.stop.set()
        return inner(folder, state)

    monkeypatch.setattr(comparison, "lines_of", stop_at_the_third)
    work.run(None, None, state)  # type: ignore[arg-type]  # it asks neither
    assert [one.way for one in state.result] == ["Head only", "LoRA"]


def test_one_seed_has_no_error() -> None:
    (one,) = summed_up((OneTraining("LoRA", 1, 0.8, 3.0, 1, 2, 500.0),))
    assert (one.score, one.error, one.peak_mb, one.state_mb) == (0.8, 0.0, 500.0, 20 / 1e6)
