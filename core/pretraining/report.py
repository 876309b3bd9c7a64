"""What a pretraining tells of itself, in the order in which it does; its process writes these as JSON lines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class PretrainStart:
    """What there is before the first step: `pieces` in the vocabulary, `tokens` to learn from and `held_out` ones, the
    `weights` of each contender's network, without and with its generator. `resumed`: the steps so far."""

    pieces: int
    tokens: int
    held_out: int
    batch_tokens: int
    weights: tuple[int, ...]
    with_generator: tuple[int, ...]
    resumed: int = 0


@dataclass(frozen=True)
class PieceFill:
    """What it puts into the gap, with its probability; `doubt`: how probably a detector calls this word replaced."""

    word: str
    probability: float
    doubt: float | None = None


@dataclass(frozen=True)
class PretrainPoint:
    """What was measured of a contender after a step. `loss` is that of the batch, `dev_loss`, `score` and `fills` are
    there where held-out text was asked. The score is the share of hidden words that it guesses; of a detector, the
    share of replaced words among as many that it doubts most."""

    contender: int
    step: int
    tokens: int
    seconds: float
    loss: float
    dev_loss: float | None = None
    score: float | None = None
    fills: tuple[PieceFill, ...] = ()


@dataclass(frozen=True)
class PretrainOutcome:
    """How a contender ended, and `why`; the `score` is that of its best weights, after step `best`."""

    contender: int
    best: int
    score: float
    seconds: float
    tokens: int
    why: str


PretrainLine = PretrainStart | PretrainPoint | PretrainOutcome


@dataclass(frozen=True)
class PretrainReport:
    """How far a pretraining is: the `place` in the queue (0 once it runs) and what it has told so far.

    `checkpoints` are the ids under which the networks are found, in the order of the contenders.
    """

    place: int = 0
    start: PretrainStart | None = None
    points: tuple[PretrainPoint, ...] = ()
    outcomes: tuple[PretrainOutcome, ...] = ()
    checkpoints: tuple[str, ...] = ()
    warning: str = ""

    def of(self, contender: int) -> tuple[PretrainPoint, ...]:
        """The points of one contender."""
        return tuple(point for point in self.points if point.contender == contender)

    def evaluated(self, contender: int) -> tuple[PretrainPoint, ...]:
        """Those with a score."""
        return tuple(point for point in self.of(contender) if point.score is not None)

    def after(self, line: PretrainLine | str) -> "PretrainReport":
        """The report with one more line of the process; a text is a warning."""
        match line:
            case PretrainStart():
                return replace(self, start=line)
            case PretrainPoint():
                return replace(self, points=(*self.points, line))
            case PretrainOutcome():
                return replace(self, outcomes=(*self.outcomes, line))
            case _:
                return replace(self, warning=line)


def read_pretrain_line(values: Mapping[str, Any]) -> PretrainLine | str:
    """What a line of JSON says."""
    if "warning" in values:
        return str(values["warning"])
    if "why" in values:
        return PretrainOutcome(**values)
    if "step" in values:
        fills = tuple(PieceFill(**fill) for fill in values.get("fills") or ())
        return PretrainPoint(**{**values, "fills": fills})
    sizes = {name: tuple(values[name]) for name in ("weights", "with_generator")}
    return PretrainStart(**{**values, **sizes})
