"""Several tasks learned together as a job, like a single training."""

from dataclasses import dataclass, replace
from typing import Any

from core.engine import Library
from core.finetuning.run_folder import SharedFolder, SharedOrder
from core.finetuning.seeds import check_seeds, folder_of_best, lines_of_seed
from core.finetuning.shared_report import SharedReport, SharedStart, read_shared_line
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
        return self.order.plan.epochs

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in a model for each task. Its folder outlives only a server that is
        killed."""
        folder, report, plan = SharedFolder(runs.path_of(KIND, self.id)), SharedReport(), self.order.plan

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for n in range(plan.seeds if begins else 0):
                    for line in map(read_shared_line, lines_of_seed(KIND, folder, self.order, n, state)):
                        state.shown = report = report.after(line)
                        if isinstance(line, SharedStart):
                            state.total = line.steps * (1 + self.order.alone) * plan.seeds
                        state.done = state.total // plan.seeds * n + report.done
                    if plan.seeds > 1:
                        state.shown = report = report.with_seed(plan.seed + n)
                    if state.stop.is_set():
                        break
                if begins and plan.seeds > 1:
                    check_seeds(report, state)
            if (report := report.of_best()).outcome:
                models, taken = folder_of_best(folder, report).model, {}
                for name, one in self.order.tasks.items():
                    taken[name] = library.adopt(one.name, models / name, one.plan.checkpoint).id
                state.result = replace(report, checkpoints=taken)
                state.done = state.total
        finally:
            folder.remove()


def unfinished_tasks(id: str) -> SharedRun | None:
    """The training of that id if it was begun and the server restarted before it was over."""
    return SharedRun(id, SharedFolder(runs.path_of(KIND, id)).read()) if runs.begun(KIND, id) else None
