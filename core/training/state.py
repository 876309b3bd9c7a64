"""How far a training has come, and its checkpoint: one file, from which it goes on as if it had never stopped."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.training.optimizer import Optimizer
from core.training.schedule import Schedule


@dataclass(frozen=True)
class CurvePoint:
    """Mean loss over the steps since the last point, with what it took to get here and the scores on held-out text."""

    step: int
    tokens: int
    seconds: float
    loss: float
    scores: Mapping[str, float] = field(default_factory=dict)

    def row(self) -> dict[str, float]:
        """The point as it stands in `curve.json`."""
        return {"step": self.step, "tokens": self.tokens, "seconds": self.seconds, "loss": self.loss, **self.scores}

    @classmethod
    def read(cls, row: Mapping[str, float]) -> "CurvePoint":
        """The point that `row` gave."""
        scores = dict(row)
        step, tokens = int(scores.pop("step")), int(scores.pop("tokens"))
        return cls(step, tokens, scores.pop("seconds"), scores.pop("loss"), scores)


@dataclass(frozen=True)
class Best:
    """The best score so far, after which step it was reached, and the weights of that step by name."""

    step: int
    score: float
    weights: Mapping[str, Tensor]


@dataclass
class TrainingState:
    """What `fit` changes with each step. `tokens` are those read, `seconds` those at work, `losses` those of the steps
    since the last point of the curve.
    """

    optimizer: Optimizer
    schedule: Schedule
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[Tensor | float] = field(default_factory=list)
    curve: list[CurvePoint] = field(default_factory=list)
    best: Best | None = None

    def add_point(self, scores: Mapping[str, float]) -> CurvePoint:
        """A point of the curve at this step."""
        loss = math.fsum(map(float, self.losses)) / len(self.losses)
        self.curve.append(CurvePoint(self.step, self.tokens, round(self.seconds, 1), round(loss, 4), dict(scores)))
        self.losses = []
        return self.curve[-1]

    def keep_if_best(self, score: float, *, lower_is_better: bool) -> None:
        """Copies the weights if no earlier point of the curve had such a score."""
        known = math.nan if self.best is None else self.best.score
        better = score < known if lower_is_better else score > known
        if better or (self.best is None and not math.isnan(score)):
            self.best = Best(self.step, score, self.optimizer.copy())

    def restore_best(self) -> None:
        """Gives the network the best weights, if any were kept."""
        if self.best is not None:
            self.optimizer.put(self.best.weights)

    def write(self, file: Path) -> None:
        """Writes the checkpoint, in one rename."""
        fields = {name: getattr(self, name) for name in ("step", "tokens", "seconds")}
        fields |= {"schedule": asdict(self.schedule), "curve": [point.row() for point in self.curve]}
        fields |= {"losses": list(map(float, self.losses)), "best": self.best and vars(self.best)}
        fields |= {"chance": torch.get_rng_state(), **self.optimizer.state()}
        if self.optimizer.device.type == "cuda":
            fields["chance_of_device"] = torch.cuda.get_rng_state(self.optimizer.device)
        file.parent.mkdir(parents=True, exist_ok=True)
        written = file.with_name(f"{file.name}.new")
        torch.save(fields, written)
        written.replace(file)

    def resume(self, *files: Path) -> bool:
        """Goes on from the first checkpoint whose steps had the rates of this schedule; whether there is one."""
        for file in filter(Path.exists, files):
            saved = read_checkpoint(file)
            if self.schedule.agrees(Schedule(**saved["schedule"]), saved["step"]):
                self.load(saved)
                return True
        return False

    def load(self, saved: Mapping[str, Any]) -> None:
        """Takes over what `read_checkpoint` gave, chance included: dropout goes on where it was."""
        self.step, self.tokens, self.seconds = saved["step"], saved["tokens"], saved["seconds"]
        self.losses, self.curve = saved["losses"], [CurvePoint.read(row) for row in saved["curve"]]
        self.best = Best(**saved["best"]) if saved["best"] else None
        self.optimizer.restore(saved)
        torch.set_rng_state(saved["chance"])
        if self.optimizer.device.type == "cuda" and "chance_of_device" in saved:
            torch.cuda.set_rng_state(saved["chance_of_device"], self.optimizer.device)


def read_checkpoint(file: Path) -> dict[str, Any]:
    """What `TrainingState.write` wrote, on the processor."""
    saved: dict[str, Any] = torch.load(file, weights_only=True, map_location="cpu")
    return saved
