"""The folder of a training: what it was asked, its rows, its state at the last evaluation, and what it leaves."""

from dataclasses import dataclass

from core.checkpoints.catalog import Checkpoint
from core.finetuning.gather import TrainingRow, from_dict
from core.finetuning.plan import TrainingPlan, read_plan
from core.workers.runs import WorkFolder


@dataclass(frozen=True)
class TrainingOrder:
    """A plan with its rows. `checkpoints` are the one it begins with and, below an adapter, that one's base."""

    name: str
    plan: TrainingPlan
    checkpoints: tuple[Checkpoint, ...]
    train: tuple[TrainingRow, ...]
    dev: tuple[TrainingRow, ...]


class RunFolder(WorkFolder):
    """The folder of one training."""

    def read(self) -> TrainingOrder:
        """What was asked for."""
        values = self.values()
        rows = {part: tuple(map(from_dict, values[part])) for part in ("train", "dev")}
        checkpoints = tuple(Checkpoint(**row) for row in values["checkpoints"])
        return TrainingOrder(values["name"], read_plan(values["plan"]), checkpoints, **rows)
