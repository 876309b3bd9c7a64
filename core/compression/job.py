"""Measuring smaller versions as a job."""

from dataclasses import dataclass
from typing import Any

from core.compression.plan import CompressionOrder
from core.compression.report import CompressionReport, read_compression_line
from core.jobs import State
from core.workers.measuring import follow

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
        """Keeps what the process tells."""
        report = follow(KIND, self.id, self.order, CompressionReport(), read_compression_line, state)
        if report.points:
            state.result, state.done = report, state.total
