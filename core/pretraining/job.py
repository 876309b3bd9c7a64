"""A pretraining as a job: a process of its own does it, whose lines are read as they come."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.engine import Library
from core.jobs import State
from core.pretraining.plan import PretrainPlan, read_pretrain_plan
from core.pretraining.report import PretrainPoint, PretrainReport, read_pretrain_line
from core.workers import runs
from core.workers.runs import WorkFolder

KIND = "pre-train"


@dataclass(frozen=True)
class PretrainOrder:
    """A plan with its text; without one it reads our own sentences. `names` are those of the trained networks."""

    names: tuple[str, ...]
    plan: PretrainPlan
    text: str = ""


class PretrainFolder(WorkFolder):
    """The folder of one pretraining."""

    def read(self) -> PretrainOrder:
        """What was asked for."""
        values = self.values()
        return PretrainOrder(tuple(values["names"]), read_pretrain_plan(values["plan"]), values["text"])

    def model_of(self, contender: int) -> Path:
        """Where the network of a contender is written."""
        return self.path / f"model-{contender + 1}"


@dataclass(frozen=True)
class PretrainRun:
    """Pretrains as an order says. `id`, that of its job, names its folder, by which it is found after a restart."""

    id: str
    order: PretrainOrder

    @property
    def total(self) -> int:
        """Seconds or tokens of all contenders."""
        plan = self.order.plan
        return len(plan.contenders) * (plan.seconds or plan.tokens)

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in what came out. Its folder outlives only a server that is killed."""
        folder, report = folder_of(self.id), PretrainReport()

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for line in map(read_pretrain_line, runs.lines_to_the_end(KIND, folder, state) if begins else ()):
                    state.shown = report = report.after(line)
                    if isinstance(line, PretrainPoint):
                        state.done = self._done(report)
            ids = [
                library.adopt(self.order.names[one.contender], folder.model_of(one.contender)).id
                for one in report.outcomes
            ]
            if ids:
                state.result = replace(report, checkpoints=tuple(ids))
                state.done = state.total
        finally:
            folder.remove()

    def _done(self, report: PretrainReport) -> int:
        last = [points[-1] for n in range(len(self.order.plan.contenders)) if (points := report.of(n))]
        return int(sum(point.seconds if self.order.plan.seconds else point.tokens for point in last))


def folder_of(id: str) -> PretrainFolder:
    """The folder of a pretraining."""
    return PretrainFolder(runs.path_of(KIND, id))


def unfinished(id: str) -> PretrainRun | None:
    """The pretraining of that id if it was begun and the server restarted before it was over."""
    return PretrainRun(id, folder_of(id).read()) if runs.begun(KIND, id) else None
