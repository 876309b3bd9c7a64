"""What is asked of a measurement of batches, and what it tells of itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.batching.ways import PLANNED, batches_of, waste
from core.checkpoints.catalog import Checkpoint
from core.provenance import Row
from core.workers.measuring import MeasuringStep


@dataclass(frozen=True)
class BatchingOrder:
    """The checkpoint, before the one it is an adapter on if there is one, and the most tokens of a packed batch."""

    checkpoints: tuple[Checkpoint, ...]
    budget: int


@dataclass(frozen=True)
class BatchingStart:
    """The tokens of each text, in the order in which they came."""

    lengths: tuple[int, ...]


@dataclass(frozen=True)
class TimedWay:
    """The seconds that all texts took, the median of the rounds so far."""

    way: str
    seconds: float


BatchingLine = BatchingStart | MeasuringStep | TimedWay


@dataclass(frozen=True)
class BatchingReport:
    """What was told so far; `seconds` by way. `place` is that in the queue, 0 once it runs."""

    budget: int
    place: int = 0
    lengths: tuple[int, ...] = ()
    step: MeasuringStep | None = None
    seconds: Mapping[str, float] | None = None

    def after(self, line: BatchingLine) -> "BatchingReport":
        """The report with one more line."""
        match line:
            case BatchingStart():
                return replace(self, lengths=line.lengths)
            case MeasuringStep():
                return replace(self, step=line)
            case TimedWay():
                return replace(self, seconds={**(self.seconds or {}), line.way: line.seconds})

    def passes(self, way: str) -> int | None:
        """How many forward passes a way takes; None where the playground decides."""
        return len(batches_of(way, self.lengths, self.budget)) if way in PLANNED else None

    def padding(self, way: str) -> float | None:
        """The share of computed tokens that is padding; None where nothing is padded, or nothing computed."""
        return waste(way, self.lengths, self.budget) if way in PLANNED else None


def read_batching_line(values: Mapping[str, Any]) -> BatchingLine:
    """What a line of JSON says."""
    if "lengths" in values:
        return BatchingStart(tuple(values["lengths"]))
    return TimedWay(**values) if "seconds" in values else MeasuringStep(**values)


def read_batching_order(values: Mapping[str, Any]) -> BatchingOrder:
    """The order that JSON has."""
    return BatchingOrder(tuple(Checkpoint(**row) for row in values["checkpoints"]), int(values["budget"]))


def way_rows(checkpoint: str, report: BatchingReport) -> list[Row]:
    """One row for each way."""
    return [
        {
            "checkpoint": checkpoint,
            **asdict(TimedWay(way, seconds)),
            "texts": len(report.lengths),
            "tokens": sum(report.lengths),
            "passes": report.passes(way),
            "padding": report.padding(way),
        }
        for way, seconds in (report.seconds or {}).items()
    ]
