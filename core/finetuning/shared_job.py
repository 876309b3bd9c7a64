"""Several tasks learned together as a job, like a single training."""

from dataclasses import dataclass, replace
from typing import Any

from core.engine import Library
from core.finetuning.run_folder import SharedFolder, SharedOrder
from core.finetuning.shared_report import SharedOutcome, SharedReport, SharedStart, read_shared_line
from core.jobs import State
from core.workers import runs

KIND = "several-tasks"


@dataclass(frozen=True)
class SharedRun:
    """Trains as an order says. `id`, that of its job, names its folder, by which it is found after a restart."""

    id: str
    order: SharedOrder

    @property
    def total(self) -> int:
        """Steps, about; the process says how many there are."""
        return self.order.first.plan.epochs

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in a model for each task. Its folder outlives only a server that is
        killed."""
        folder, report = SharedFolder(runs.path_of(KIND, self.id)), SharedReport()

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for values in runs.lines_to_the_end(KIND, folder, state) if begins else ():
                    line = read_shared_line(values)
                    state.shown = report = report.after(line)
                    state.done = report.done
                    if isinstance(line, SharedStart):
                        state.total = line.steps * (1 + self.order.alone)
                    elif isinstance(line, SharedOutcome):
                        taken = {}
                        for name, one in self.order.tasks.items():
                            row = library.adopt(one.name, folder.model / name, one.plan.checkpoint)
                            taken[name] = row.id
                        state.result = replace(report, checkpoints=taken)
                        state.done = state.total
        finally:
            folder.remove()


def unfinished_tasks(id: str) -> SharedRun | None:
    """The training of that id if it was begun and the server restarted before it was over."""
    return SharedRun(id, SharedFolder(runs.path_of(KIND, id)).read()) if runs.begun(KIND, id) else None
