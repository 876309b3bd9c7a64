"""What several tasks that learn together tell of themselves, and all of it together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import hypot, sqrt
from statistics import mean, stdev
from typing import Any

from core.comparison.certainty import SURE


@dataclass(frozen=True)
class SharedStart:
    """What is learned, before the first step: the `steps` of all tasks together, the share of them that each task gets,
    its score `before`, the step from which it goes on, 0 for none, and the memory that its process is expected to need
    at most."""

    steps: int
    shares: Mapping[str, float]
    before: Mapping[str, float]
    resumed: int = 0
    expected_mb: float = 0.0


@dataclass(frozen=True)
class SharedPoint:
    """A step of several tasks that learn together: the task of its batch, and at an evaluation the score of each;
    `seconds` are of processor time."""

    step: int
    task: str
    loss: float
    seconds: float = 0.0
    dev: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class AloneStep:
    """How far the training of one task by itself is, once they have learned together; with a `score` it is over."""

    alone: str
    step: int
    steps: int
    score: float | None = None


@dataclass(frozen=True)
class SharedOutcome:
    """What came of several tasks together: the step with the `best` mean score, the `scores` of each task on all its
    held-out rows, and what each reached `alone` where that was asked for, with standard errors. `peak_mb` is the memory
    of the process at most, libraries included."""

    best: int
    scores: Mapping[str, float]
    errors: Mapping[str, float]
    seconds: float
    alone: Mapping[str, float] = field(default_factory=dict)
    alone_errors: Mapping[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @property
    def score(self) -> float:
        """The mean of all tasks."""
        return mean(self.scores.values())


@dataclass(frozen=True)
class SharedSeed:
    """What came of one seed of several."""

    seed: int
    start: SharedStart
    points: tuple[SharedPoint, ...]
    outcome: SharedOutcome


SharedLine = SharedStart | SharedPoint | AloneStep | SharedOutcome


@dataclass(frozen=True)
class SharedReport:
    """What was told so far: the `place` in the queue (0 once it runs), the points, how far the training of a task alone
    is, and what came out. `checkpoints` are the ids under which the models are found, by task; `warning` says why it
    ended before its time. `seeds` are the trainings that are over where there are several; in the end the other fields
    are those of the best one."""

    place: int = 0
    start: SharedStart | None = None
    points: tuple[SharedPoint, ...] = ()
    alone: tuple[AloneStep, ...] = ()  # the last one of each task
    outcome: SharedOutcome | None = None
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""
    seeds: tuple[SharedSeed, ...] = ()

    @property
    def evaluated(self) -> tuple[SharedPoint, ...]:
        """The points with scores."""
        return tuple(point for point in self.points if point.dev)

    @property
    def done(self) -> int:
        """Steps taken, those of the tasks alone among them."""
        together = self.points[-1].step if self.points else 0
        if self.start and self.alone:
            together = self.start.steps
        return together + sum(one.step for one in self.alone)

    def with_seed(self, seed: int) -> "SharedReport":
        """The report once the training of a seed is over: the next one begins anew."""
        if self.start is None or self.outcome is None:
            return replace(self, start=None, points=(), alone=())
        one = SharedSeed(seed, self.start, self.points, self.outcome)
        return replace(self, start=None, points=(), alone=(), outcome=None, seeds=(*self.seeds, one))

    def of_best(self) -> "SharedReport":
        """The report as that of the seed with the best mean score; the first of several that are alike."""
        if not self.seeds:
            return self
        best = max(self.seeds, key=lambda one: one.outcome.score)
        return replace(self, start=best.start, points=best.points, alone=(), outcome=best.outcome)

    def after(self, line: SharedLine | str) -> "SharedReport":
        """The report with one more line; a text is a warning."""
        match line:
            case SharedStart():
                return replace(self, start=line)
            case SharedPoint():
                return replace(self, points=(*self.points, line))
            case AloneStep():
                return replace(self, alone=(*(one for one in self.alone if one.alone != line.alone), line))
            case SharedOutcome():
                return replace(self, outcome=line)
            case _:
                return replace(self, warning=line)


def read_shared_line(values: Mapping[str, Any]) -> SharedLine | str:
    """What a line of JSON says."""
    if "warning" in values:
        return str(values["warning"])
    kind: Any = SharedPoint
    if "scores" in values:
        kind = SharedOutcome
    elif "shares" in values:
        kind = SharedStart
    elif "alone" in values:
        kind = AloneStep
    known = {one.name for one in fields(kind)}
    line: SharedLine = kind(**{name: value for name, value in values.items() if name in known})
    return line


@dataclass(frozen=True)
class TaskScore:
    """How right the model of one task is on its held-out rows: before, together with the others, and alone if that was
    asked for, with standard errors; of several seeds the means. `share` is that of the steps."""

    task: str
    share: float
    before: float
    together: float
    error: float
    alone: float | None
    alone_error: float

    @property
    def verdict(self) -> int:
        """1 if it is better together, -1 if it is better alone, 0 where chance may be all."""
        if self.alone is None:
            return 0
        change = self.together - self.alone
        sure = abs(change) > SURE * hypot(self.error, self.alone_error)
        return (1 if change > 0 else -1) if sure else 0


def together_and_alone(report: SharedReport) -> tuple[TaskScore, ...]:
    """The scores of all tasks."""
    start, outcome = report.start, report.outcome
    assert start
    assert outcome
    all_seeds = [one.outcome for one in report.seeds] or [outcome]
    found = []
    for name in outcome.scores:
        together = [one.scores[name] for one in all_seeds]
        alone = [one.alone[name] for one in all_seeds if name in one.alone]
        error, alone_error = outcome.errors[name], outcome.alone_errors.get(name, 0.0)
        errors = with_spread(error, together), with_spread(alone_error, alone)
        before, apart = start.before[name], mean(alone) if alone else None
        found.append(TaskScore(name, start.shares[name], before, mean(together), errors[0], apart, errors[1]))
    return tuple(found)


def with_spread(error: float, scores: Sequence[float]) -> float:
    """The standard error of a mean over seeds: that of the held-out rows, which are the same for all, or that of the
    seeds, whichever is larger."""
    return max(error, stdev(scores) / sqrt(len(scores))) if len(scores) > 1 else error
