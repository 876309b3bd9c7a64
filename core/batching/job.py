"""Timing batches as a job: a process of its own does it, so that nothing else is timed."""

from dataclasses import dataclass, replace
from typing import Any

from core.batching.report import BatchingOrder, BatchingReport, BatchingStep, read_batching_line
from core.jobs import State
from core.workers import runs

KIND = "batching"


@dataclass(frozen=True)
class BatchingRun:
    """Measures what an order says. `id`, that of its job, names its folder."""

    id: str
    order: BatchingOrder
    total: int = 1  # the process says how many steps there are

    def run(self, engine: Any, library: Any, state: State) -> None:
        """Waits for its turn, like a training, and keeps what the process tells."""
        folder, report = runs.WorkFolder(runs.path_of(KIND, self.id)), BatchingReport(self.order.budget)

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for values in runs.lines(KIND, folder, state) if begins else ():
                    line = read_batching_line(values)
                    state.shown = report = report.after(line)
                    if isinstance(line, BatchingStep):
                        state.done, state.total = line.done, line.total
            if report.seconds:
                state.result = report
                state.done = state.total
        finally:
            folder.remove()
