"""What a distillation tells of itself, in the order in which it does; its process writes these as JSON lines."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from core.provenance import Row

TEACHER, CUT, STUDENT, ALONE = "teacher", "cut", "student", "labels alone"  # the networks that are compared
NAMES = {
    TEACHER: "Teacher",
    CUT: "Student before it learns",
    STUDENT: "Student",
    ALONE: "Student taught by right answers alone",
}


@dataclass(frozen=True)
class DistilStart:
    """What there is before the first step. `teacher_score` and `before`, that of the student, are on the held-out rows
    that are asked at each point; `resumed` is the step from which it goes on, 0 for none; `expected_mb` the memory that
    its process is expected to need at most."""

    steps: int
    batch_tokens: int
    teacher_layers: int
    layers: int
    teacher_weights: int
    weights: int
    truncated: int
    teacher_score: float
    before: float
    resumed: int = 0
    expected_mb: float = 0.0


@dataclass(frozen=True)
class DistilPoint:
    """What was measured after a step of a contender, 0 for the student and 1 for the one taught by labels alone.
    `parts` are the losses before they are weighted; `dev` is there where held-out rows were asked."""

    contender: int
    step: int
    loss: float
    parts: Mapping[str, float]
    learning_rate: float
    seconds: float
    dev: float | None = None


@dataclass(frozen=True)
class DistilledNetwork:
    """One of the networks compared. `mb`: the file of its weights in float32; `alone_ms` and `batch_ms`: milliseconds
    of one processor core for a text that is read alone, and for one of 32 that are read together. `kept` is the score
    as a share of the teacher's on the same rows, with the standard error of the share."""

    what: str
    layers: int
    weights: int
    mb: float
    alone_ms: float
    batch_ms: float
    score: float
    error: float
    kept: float
    kept_error: float


@dataclass(frozen=True)
class DistilOutcome:
    """What came out: the step with the `best` weights, their `score` on all held-out rows, the teacher `before`, and
    `after` it the student before it learned, the student, and perhaps the one taught by labels alone; by how much the
    score of the student is `ahead` of that one's on the same rows, with the standard error of that."""

    best: int
    score: float
    seconds: float
    before: DistilledNetwork
    after: tuple[DistilledNetwork, ...]
    ahead: float = 0.0
    ahead_error: float = 0.0
    peak_mb: float = 0.0
    others: Mapping[str, float] = field(default_factory=dict)

    @property
    def networks(self) -> tuple[DistilledNetwork, ...]:
        """All that are compared, the teacher first."""
        return self.before, *self.after

    def network(self, what: str) -> DistilledNetwork | None:
        """The one of that name, if it is there."""
        return next((one for one in self.networks if one.what == what), None)


DistilLine = DistilStart | DistilPoint | DistilOutcome
OneDistilLine = TypeVar("OneDistilLine", DistilStart, DistilPoint, DistilOutcome, DistilledNetwork)


@dataclass(frozen=True)
class DistilReport:
    """How far a distillation is: the `place` in the queue (0 once it runs) and what it has told so far. `checkpoint` is
    the id under which the student is found; `warning` says why it ended before its time."""

    place: int = 0
    start: DistilStart | None = None
    points: tuple[DistilPoint, ...] = ()
    outcome: DistilOutcome | None = None
    checkpoint: str = ""
    warning: str = ""

    def of(self, contender: int) -> tuple[DistilPoint, ...]:
        """The points of one contender."""
        return tuple(point for point in self.points if point.contender == contender)

    def after(self, line: DistilLine | str) -> "DistilReport":
        """The report with one more line of the process; a text is a warning."""
        match line:
            case DistilStart():
                return replace(self, start=line)
            case DistilPoint():
                return replace(self, points=(*self.points, line))
            case DistilOutcome():
                return replace(self, outcome=line)
            case _:
                return replace(self, warning=line)


def read_distil_line(values: Mapping[str, Any]) -> DistilLine | str:
    """What a line of JSON says."""
    if "warning" in values:
        return str(values["warning"])
    if "step" in values:
        return _made(DistilPoint, values)
    if "best" in values:
        after = tuple(_made(DistilledNetwork, one) for one in values["after"])
        return _made(DistilOutcome, {**values, "before": _made(DistilledNetwork, values["before"]), "after": after})
    return _made(DistilStart, values)


def _made(kind: type[OneDistilLine], values: Mapping[str, Any]) -> OneDistilLine:
    known = {one.name for one in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})


def network_rows(teacher: str, outcome: DistilOutcome) -> list[Row]:
    """One row for each network."""
    return [{"teacher": teacher, **asdict(one)} for one in outcome.networks]
