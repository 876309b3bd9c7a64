"""The folder of a training: what it was asked, its rows, its state at the last evaluation, and what it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

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

    def with_seed(self, seed: int) -> "TrainingOrder":
        """The same with one seed alone."""
        return replace(self, plan=replace(self.plan, seed=seed, seeds=1))


class RunFolder(WorkFolder):
    """The folder of one training."""

    def read(self) -> TrainingOrder:
        """What was asked for."""
        return read_order(self.values())


@dataclass(frozen=True)
class SharedOrder:
    """Several tasks to learn together, an order for each by its name. All begin with the same checkpoint and have a
    plan that differs in nothing but the task. `temperature` says how far small tasks are brought up; with `alone` each
    is trained by itself as well."""

    tasks: Mapping[str, TrainingOrder]
    temperature: float = 1.0
    alone: bool = True

    @property
    def first(self) -> TrainingOrder:
        """One of the tasks, for what all have in common."""
        return next(iter(self.tasks.values()))

    @property
    def plan(self) -> TrainingPlan:
        """What the plans of all have in common."""
        return self.first.plan

    def with_seed(self, seed: int) -> "SharedOrder":
        """The same with one seed alone."""
        return replace(self, tasks={name: one.with_seed(seed) for name, one in self.tasks.items()})


class SharedFolder(WorkFolder):
    """The folder of several tasks."""

    def read(self) -> SharedOrder:
        """What was asked for."""
        values = self.values()
        tasks = {name: read_order(one) for name, one in values["tasks"].items()}
        return SharedOrder(tasks, values["temperature"], values["alone"])


def read_order(values: Mapping[str, Any]) -> TrainingOrder:
    """The order as JSON has it."""
    rows = {part: tuple(map(from_dict, values[part])) for part in ("train", "dev")}
    checkpoints = tuple(Checkpoint(**row) for row in values["checkpoints"])
    return TrainingOrder(values["name"], read_plan(values["plan"]), checkpoints, **rows)
