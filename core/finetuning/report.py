"""What a training tells of itself: how it starts, its steps, what came out. Its process writes these as JSON lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar


@dataclass(frozen=True)
class Watched:
    """What the network says of a text while it learns: the class with its probability, or the tags of its words."""

    text: str
    label: str
    probability: float | None = None


@dataclass(frozen=True)
class TrainingStart:
    """What a training is, before its first step. `learning` are the weights that learn, of `weights`; `truncated` the
    rows that are cut; `resumed` the step from which it goes on, 0 for none; `expected_mb` the memory that its process
    is expected to need at most."""

    classes: tuple[str, ...]
    steps: int
    batch_tokens: int
    learning: int
    weights: int
    layers: int
    truncated: int
    resumed: int = 0
    expected_mb: float = 0.0


@dataclass(frozen=True)
class TrainingBefore:
    """How right the model was before its first step: its score then, what `others` are measured, by name, and, where it
    began with a trained head for the same task, the `labels` or answers that it gave the held-out rows; empty for a row
    that was not asked. It is told once the loss is on its way, so that this comes first."""

    before: float
    others: Mapping[str, float] = field(default_factory=dict)
    labels: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class TrainingPoint:
    """What was measured after a step; `dev` and `watched` only where held-out rows were asked. `frozen_below` is the
    lowest depth that learns, `seconds` are of processor time."""

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    frozen_below: int
    seconds: float
    dev: float | None = None
    watched: tuple[Watched, ...] = ()


@dataclass(frozen=True)
class TrainingOutcome:
    """What came out: the step with the `best` weights, their `score` on all held-out rows, what `others` are measured,
    and the `labels` or answers that they give these rows. `peak_mb` is the memory of the process at most, libraries
    included."""

    best: int
    score: float
    before: float
    seconds: float
    labels: tuple[tuple[str, ...], ...] = ()
    peak_mb: float = 0.0
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SeedRun:
    """One of several trainings that differ in nothing but their seed."""

    seed: int
    start: TrainingStart
    before: TrainingBefore | None
    points: tuple[TrainingPoint, ...]
    outcome: TrainingOutcome


TrainingLine = TrainingStart | TrainingBefore | TrainingPoint | TrainingOutcome
OneLine = TypeVar("OneLine", TrainingStart, TrainingBefore, TrainingPoint, TrainingOutcome)


@dataclass(frozen=True)
class TrainingReport:
    """How far a training is: the `place` in the queue (0 once it runs) and what it has told so far.

    `checkpoint` is the id under which the trained one is found; `warning` says why it ended before its time. `seeds`
    are the trainings that are over where there are several; in the end the others fields are those of the best one.
    """

    place: int = 0
    start: TrainingStart | None = None
    before: TrainingBefore | None = None
    points: tuple[TrainingPoint, ...] = ()
    outcome: TrainingOutcome | None = None
    checkpoint: str = ""
    warning: str = ""
    seeds: tuple[SeedRun, ...] = ()

    @property
    def evaluated(self) -> tuple[TrainingPoint, ...]:
        """The points with a score."""
        return tuple(point for point in self.points if point.dev is not None)

    def with_seed(self, seed: int) -> "TrainingReport":
        """The report once the training of a seed is over: the next one begins anew."""
        if self.start is None or self.outcome is None:
            return replace(self, start=None, before=None, points=())
        one = SeedRun(seed, self.start, self.before, self.points, self.outcome)
        return replace(self, start=None, before=None, points=(), outcome=None, seeds=(*self.seeds, one))

    def of_best(self) -> "TrainingReport":
        """The report as that of the best seed; the first of several that are alike."""
        if not self.seeds:
            return self
        best = max(self.seeds, key=lambda one: one.outcome.score)
        return replace(self, start=best.start, before=best.before, points=best.points, outcome=best.outcome)

    def after(self, line: TrainingLine | str) -> "TrainingReport":
        """The report with one more line of the process; a text is a warning."""
        match line:
            case TrainingStart():
                return replace(self, start=line)
            case TrainingBefore():
                return replace(self, before=line)
            case TrainingPoint():
                return replace(self, points=(*self.points, line))
            case TrainingOutcome():
                return replace(self, outcome=line)
            case _:
                return replace(self, warning=line)


def read_line(values: Mapping[str, Any]) -> TrainingLine | str:
    """What a line of JSON says."""
    if "warning" in values:
        return str(values["warning"])
    if "step" in values:
        watched = tuple(Watched(**one) for one in values.get("watched") or ())
        return _made(TrainingPoint, {**values, "watched": watched})
    if "before" in values:
        labels = tuple(map(tuple, values.get("labels", ())))
        values = {**values, "labels": labels}
        return _made(TrainingOutcome, values) if "score" in values else _made(TrainingBefore, values)
    return _made(TrainingStart, {**values, "classes": tuple(values.get("classes", ()))})


def _made(kind: type[OneLine], values: Mapping[str, Any]) -> OneLine:
    known = {one.name for one in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})
