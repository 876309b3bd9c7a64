"""Measuring smaller versions as a job: a process of its own does it, so that nothing else is timed."""

from dataclasses import dataclass, replace
from typing import Any

from core.compression.plan import CompressionOrder
from core.compression.report import CompressionReport, CompressionStep, read_compression_line
from core.jobs import State
from core.workers import runs

KIND = "compress"


@dataclass(frozen=True)
class CompressionRun:
    """Measures what an order says. `id`, that of its job, names its folder."""

    id: str
    order: CompressionOrder

    @property
    def total(self) -> int:
        """Steps, about; the process says how many there are."""
        return 1 + len(self.order.methods)

    def run(self, engine: Any, library: Any, state: State) -> None:
        """Waits for its turn, like a training, and keeps what the process tells."""
        folder, report = runs.WorkFolder(runs.path_of(KIND, self.id)), CompressionReport()

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for values in runs.lines(KIND, folder, state) if begins else ():
                    line = read_compression_line(values)
                    state.shown = report = report.after(line)
                    if isinstance(line, CompressionStep):
                        state.done, state.total = line.done, line.total
            if report.points:
                state.result = report
                state.done = state.total
        finally:
            folder.remove()
