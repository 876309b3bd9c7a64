"""A training as a job: a process of its own does it, whose lines are read as they come."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.engine import Library
from core.finetuning.report import TrainingLine, TrainingPoint, TrainingReport, TrainingStart, read_line
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.finetuning.seeds import check_seeds, folder_of_best, lines_of_seed
from core.jobs import State
from core.workers import runs

KIND = "fine-tune"


@dataclass(frozen=True)
class FineTuneRun:
    """Trains as an order says. `id`, that of its job, names its folder, by which it is found after a restart."""

    id: str
    order: TrainingOrder

    @property
    def total(self) -> int:
        """Steps, about; the process says how many there are."""
        return max(1, self.order.plan.epochs)

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in what came out. Its folder outlives only a server that is killed."""
        folder, report, seeds = folder_of(self.id), TrainingReport(), self.order.plan.seeds

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for n in range(seeds if begins else 0):
                    for line in map(read_line, lines_of_seed(KIND, folder, self.order, n, state)):
                        state.shown = report = report.after(line)
                        if isinstance(line, TrainingStart):
                            state.total = line.steps * seeds
                        elif isinstance(line, TrainingPoint):
                            state.done = state.total // seeds * n + line.step
                    if seeds > 1:
                        state.shown = report = report.with_seed(self.order.plan.seed + n)
                    if state.stop.is_set():
                        break
                if begins and seeds > 1:
                    check_seeds(report, state)
            if (report := report.of_best()).outcome:
                model = folder_of_best(folder, report).model
                row = library.adopt(self.order.name, model, self.order.plan.checkpoint)
                state.result = replace(report, checkpoint=row.id)
                state.done = state.total
        finally:
            folder.remove()


def folder_of(id: str) -> RunFolder:
    """The folder of a training."""
    return RunFolder(runs.path_of(KIND, id))


def lines_of(folder: RunFolder, state: State) -> Iterator[TrainingLine | str]:
    """What the process of a training says."""
    return map(read_line, runs.lines(KIND, folder, state))


def unfinished(id: str) -> FineTuneRun | None:
    """The training of that id if it was begun and the server restarted before it was over."""
    return FineTuneRun(id, folder_of(id).read()) if runs.begun(KIND, id) else None
