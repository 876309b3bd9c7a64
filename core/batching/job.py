"""Timing batches as a job."""

from dataclasses import dataclass
from typing import Any

from core.batching.report import BatchingOrder, BatchingReport, read_batching_line
from core.jobs import State
from core.workers.measuring import follow

KIND = "batching"


@dataclass(frozen=True)
class BatchingRun:
    """Measures what an order says. `id`, that of its job, names its folder."""

    id: str
    order: BatchingOrder
    total: int = 1  # the process says how many steps there are

    def run(self, engine: Any, library: Any, state: State) -> None:
        """Keeps what the process tells."""
        begun = BatchingReport(self.order.budget)
        report = follow(KIND, self.id, self.order, begun, read_batching_line, state)
        if report.seconds:
            state.result, state.done = report, state.total
