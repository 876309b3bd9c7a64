"""The same rows learned in several ways with the same seeds: what each brings and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from core.engine import Library
from core.finetuning.job import folder_of, lines_of
from core.finetuning.report import TrainingReport
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.jobs import State
from core.workers import runs

LAYER_DECAY = 0.9
WAYS: dict[str, Mapping[str, Any]] = {  # what differs from the plan, by what pages call it
    "Head only": {"method": "head"},
    "LoRA": {"method": "lora"},
    "All weights": {"method": "full"},
    "All, layer-wise rates": {"method": "full", "layer_decay": LAYER_DECAY},
    "All, unfrozen gradually": {"method": "full", "gradual": True},
}
MOST_SEEDS = 3


def ways_of(task: str) -> list[str]:
    """The ways in which a task can be learned: a head that is trained already cannot learn alone or first."""
    return [
        way
        for way, fields in WAYS.items()
        if task != "fill-mask" or not (fields["method"] == "head" or "gradual" in fields)
    ]


@dataclass(frozen=True)
class OneTraining:
    """What one training came to. `learning` are the weights that learned, of `weights`; `peak_mb` is the memory of its
    process at most."""

    way: str
    seed: int
    score: float
    seconds: float
    learning: int
    weights: int
    peak_mb: float


@dataclass(frozen=True)
class WaySummary:
    """All seeds of one way: means, and the standard error of the score over the seeds (0 for one seed)."""

    way: str
    scores: tuple[float, ...]
    seconds: float
    learning: int
    weights: int
    peak_mb: float

    @property
    def score(self) -> float:
        """The mean."""
        return float(np.mean(self.scores))

    @property
    def state_mb(self) -> float:
        """Of all weights in float32, and of gradients and Adam's two moments of those that learn."""
        return (4 * self.weights + 12 * self.learning) / 1e6

    @property
    def error(self) -> float:
        """Of the mean, over seeds."""
        return float(np.std(self.scores, ddof=1) / sqrt(len(self.scores))) if len(self.scores) > 1 else 0.0


@dataclass(frozen=True)
class WaysCompared:
    """Trains the order in every way with every seed; nothing is taken in. `id` names its folder."""

    id: str
    order: TrainingOrder
    seeds: tuple[int, ...]

    @property
    def total(self) -> int:
        """Trainings."""
        return len(ways_of(self.order.plan.task)) * len(self.seeds)

    def run(self, engine: Any, library: Library, state: State) -> None:
        """One training after the other; the result grows with each."""
        home = folder_of(self.id)

        def told(place: int) -> None:
            state.shown = place

        try:
            with runs.turn(state, told) as begins:
                for seed in self.seeds if begins else ():
                    for way in ways_of(self.order.plan.task):
                        one = self._train(RunFolder(home.path / f"{len(state.result or ())}"), way, seed, state)
                        if one is None:
                            return
                        state.result = (*(state.result or ()), one)
                        state.done += 1
        finally:
            home.remove()

    def _train(self, folder: RunFolder, way: str, seed: int, state: State) -> OneTraining | None:
        """One training; None if it was stopped."""
        usual = {"layer_decay": 1.0, "gradual": False, "learning_rate": 0.0}
        plan = replace(self.order.plan, **{**usual, **WAYS[way]}, seed=seed)
        folder.write(replace(self.order, plan=plan))
        report = TrainingReport()
        for line in lines_of(folder, state):
            report = report.after(line)
        start, outcome = report.start, report.outcome
        if state.stop.is_set() or start is None or outcome is None:
            return None
        seconds, peak = outcome.seconds, outcome.peak_mb
        return OneTraining(way, seed, outcome.score, seconds, start.learning, start.weights, peak)


def summed_up(results: tuple[OneTraining, ...]) -> list[WaySummary]:
    """The ways that have a result, in their order."""
    found = []
    for way in WAYS:
        own = [one for one in results if one.way == way]
        if own:
            seconds, peak = (float(np.mean([getattr(one, name) for one in own])) for name in ("seconds", "peak_mb"))
            scores = tuple(one.score for one in own)
            found.append(WaySummary(way, scores, seconds, own[0].learning, own[0].weights, peak))
    return found
