"""What a measurement of smaller versions tells of itself, line by line, and all of it together."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.provenance import Row
from core.workers.measuring import MeasuringStep


@dataclass(frozen=True)
class CompressionStart:
    """What is measured: rows that the exits and the order of the heads are found on, rows that are scored, and the
    score of always saying the most frequent label (0 for names)."""

    classes: tuple[str, ...]
    fitted: int
    held_out: int
    majority: float
    layers: int


@dataclass(frozen=True)
class CompressedPoint:
    """One version. `mb`: the file of its weights; `alone_ms` and `batch_ms`: milliseconds of one processor core for a
    text that is read alone, and for one of 32 that are read together. `change` is the score minus that of the network
    as it is, on the same rows; `layers_used` by an early exit, on average."""

    method: str
    level: float
    label: str
    mb: float
    alone_ms: float
    batch_ms: float
    score: float
    error: float
    change: float
    change_error: float
    layers_used: float = 0.0


CompressionLine = CompressionStart | MeasuringStep | CompressedPoint


@dataclass(frozen=True)
class CompressionReport:
    """What was told so far: the `place` in the queue (0 once it runs), the last step, and the versions, the network as
    it is first."""

    place: int = 0
    start: CompressionStart | None = None
    step: MeasuringStep | None = None
    points: tuple[CompressedPoint, ...] = ()

    def after(self, line: CompressionLine) -> "CompressionReport":
        """The report with one more line."""
        match line:
            case CompressionStart():
                return replace(self, start=line)
            case MeasuringStep():
                return replace(self, step=line)
            case CompressedPoint():
                return replace(self, points=(*self.points, line))


def read_compression_line(values: Mapping[str, Any]) -> CompressionLine:
    """What a line of JSON says."""
    kind: Any = CompressedPoint if "mb" in values else MeasuringStep if "doing" in values else CompressionStart
    known = {field.name for field in fields(kind)}
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    line: CompressionLine = kind(**{name: value for name, value in lists.items() if name in known})
    return line


def point_rows(checkpoint: str, report: CompressionReport) -> list[Row]:
    """One row for each version."""
    return [{"checkpoint": checkpoint, **asdict(point)} for point in report.points]


def before_and_after(report: CompressionReport) -> dict[str, Any]:
    """The network as it is and its versions as plain values."""
    rows = [asdict(point) for point in report.points]
    start = asdict(report.start) if report.start else {}
    return {"before": rows[0] if rows else None, "after": rows[1:], **start}
