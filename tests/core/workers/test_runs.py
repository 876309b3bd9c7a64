"""Work in a process of its own: where it stands, when it may begin, what is ready."""

import os
from pathlib import Path

import pytest

from core.settings import Settings
from core.workers import runs
from core.workers.runs import WorkFolder
from core.workers.turns import Turns


class Counting:
    """Instead of a worker that waits."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def prepare(self, idle_s: float) -> None:
        self.asked.append(idle_s)


@pytest.mark.parametrize(
    ("settings", "running", "asked"),
    [
        ({"training_ready_minutes": 10}, 0, [600.0]),
        ({"training_ready_minutes": 0}, 0, []),
        ({"training_ready_minutes": 10, "trainings": 0}, 0, []),
        ({"training_ready_minutes": 10}, 1, []),
    ],
    ids=["it may begin", "none waits", "training is switched off", "another one runs"],
)
def test_a_worker_is_ready_only_where_it_may_begin(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, int], running: int, asked: list[float]
) -> None:
    ready, turns = Counting(), Turns()
    turns._running = running
    monkeypatch.setattr(runs, "READY", ready)
    monkeypatch.setattr(runs, "TURNS", turns)
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(**settings))
    runs.prepare()
    assert ready.asked == asked


def test_folders_that_nobody_came_back_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "load_settings", lambda: Settings(cache_folder=tmp_path))
    for id, age in (("old", runs.KEPT_S + 60), ("new", 0.0)):
        order = WorkFolder(runs.path_of("fine-tune", id)).order
        order.parent.mkdir(parents=True)
        order.touch()
        began = order.stat().st_mtime - age
        os.utime(order, (began, began))
    runs.forget_old()
    assert (runs.begun("fine-tune", "old"), runs.begun("fine-tune", "new")) == (False, True)
    assert not runs.begun("distil", "new")
