"""A distillation as a job: a process of its own does it, whose lines are read as they come."""

from dataclasses import dataclass, replace
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.distillation.plan import DistilPlan, read_distil_plan
from core.distillation.report import DistilPoint, DistilReport, DistilStart, read_distil_line
from core.engine import Library
from core.finetuning.gather import TrainingRow, from_dict
from core.jobs import State
from core.workers import runs
from core.workers.runs import WorkFolder

KIND = "distil"


@dataclass(frozen=True)
class DistilOrder:
    """A plan with its rows. `checkpoints` are the teacher and, below an adapter, that one's base."""

    name: str
    plan: DistilPlan
    checkpoints: tuple[Checkpoint, ...]
    train: tuple[TrainingRow, ...]
    dev: tuple[TrainingRow, ...]


class DistilFolder(WorkFolder):
    """The folder of one distillation."""

    def read(self) -> DistilOrder:
        """What was asked for."""
        values = self.values()
        rows = {part: tuple(map(from_dict, values[part])) for part in ("train", "dev")}
        checkpoints = tuple(Checkpoint(**row) for row in values["checkpoints"])
        return DistilOrder(values["name"], read_distil_plan(values["plan"]), checkpoints, **rows)


@dataclass(frozen=True)
class DistilRun:
    """Distils as an order says. `id`, that of its job, names its folder, by which it is found after a restart."""

    id: str
    order: DistilOrder

    @property
    def total(self) -> int:
        """Steps, about; the process says how many there are."""
        return self.order.plan.epochs

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in the student. Its folder outlives only a server that is killed."""
        folder, report = folder_of(self.id), DistilReport()

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for line in map(read_distil_line, runs.lines_to_the_end(KIND, folder, state) if begins else ()):
                    state.shown = report = report.after(line)
                    if isinstance(line, DistilStart):
                        state.total = line.steps
                    elif isinstance(line, DistilPoint):
                        state.done = line.step
            if report.outcome:
                how = f"distilled here into {layers_said(self.order.plan.layers)}"
                row = library.adopt(self.order.name, folder.model, self.order.plan.teacher, how)
                state.result = replace(report, checkpoint=row.id)
                state.done = state.total
        finally:
            folder.remove()


def layers_said(count: int) -> str:
    """“1 layer”, “3 layers”."""
    return "1 layer" if count == 1 else f"{count} layers"


def folder_of(id: str) -> DistilFolder:
    """The folder of a distillation."""
    return DistilFolder(runs.path_of(KIND, id))


def unfinished(id: str) -> DistilRun | None:
    """The distillation of that id if it was begun and the server restarted before it was over."""
    return DistilRun(id, folder_of(id).read()) if runs.begun(KIND, id) else None
