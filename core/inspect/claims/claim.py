"""A sentence of a paper, and what came out here: how both are told, and when the one bears out the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from core.comparison.certainty import SURE
from core.engine import Engine
from core.inspect.grammar import ParsedSentence
from core.jobs import State, Stopped
from core.leaderboard.claims import Verdict
from core.provenance import Row


@dataclass(frozen=True)
class PaperClaim:
    """What a `paper`, to be read at `link`, `says`, of BERT-base unless it names another network; the `question` behind
    it, and `how` that is measured and judged here."""

    question: str
    paper: str
    link: str
    says: str
    how: str


@dataclass(frozen=True)
class JudgedClaim:
    """What came out for a checkpoint, in words and as what was judged: `value` should be above zero, `error` is its
    standard error over `n` words, sentences or heads."""

    checkpoint: str
    claim: PaperClaim
    here: str
    value: float
    error: float
    n: int
    verdict: Verdict


@dataclass
class Hearing:
    """Who follows an experiment: `state` of the job that it is a part of, with how much was done before it; and the
    `sentences` of a file, which probes read in place of our own."""

    state: State
    before: int = 0
    sentences: tuple[ParsedSentence, ...] = ()

    def told(self, done: int) -> None:
        """So many requests of this experiment are answered; Stopped if no more are wanted."""
        self.state.done = self.before + done
        if self.state.stop.is_set():
            raise Stopped


@dataclass(frozen=True)
class Experiment:
    """One reading of a checkpoint that can do `task`, on which several claims rest; `size` requests, about."""

    task: str
    claims: tuple[PaperClaim, ...]
    size: int
    run: Callable[[Engine, str, Hearing], tuple[JudgedClaim, ...]]


def judge(difference: float, error: float) -> Verdict:
    """Whether a difference that should be above zero is, as far as its standard error allows to tell."""
    if abs(difference) <= SURE * error:
        return "too close to tell"
    return "holds here" if difference > 0 else "does not hold here"


def judged(checkpoint: str, claim: PaperClaim, here: str, found: tuple[float, float], n: int) -> JudgedClaim:
    """The claim with its verdict; `found` is what should be above zero, and its standard error."""
    return JudgedClaim(checkpoint, claim, here, *found, n, judge(*found))


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and its standard error; that of a single value is not known and counts as none."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / sqrt(len(values))) if len(values) > 1 else 0.0


def share_error(share: float, n: int) -> float:
    """The standard error of a share of `n`; one case more of each kind keeps it above zero (Agresti & Coull 1998)."""
    added = (share * n + 1) / (n + 2)
    return sqrt(added * (1 - added) / (n + 2))


def percent(value: float, error: float | None = None, digits: int = 1) -> str:
    """A share in percent, with its standard error."""
    number = f"{100 * value:.{digits}f}".replace("-", "−")
    return f"{number} %" if error is None else f"{number} ± {100 * error:.{digits}f} %"


def plus_minus(value: float, error: float) -> str:
    """A number and its standard error, two digits each."""
    return f"{value:.2f} ± {error:.2f}".replace("-", "−")


def claim_rows(found: Sequence[JudgedClaim]) -> list[Row]:
    """One row for each claim."""
    return [
        {
            "checkpoint": one.checkpoint,
            "question": one.claim.question,
            "paper": one.claim.paper,
            "link": one.claim.link,
            "says": one.claim.says,
            "here": one.here,
            "how": one.claim.how,
            "value": one.value,
            "error": one.error,
            "n": one.n,
            "verdict": one.verdict,
        }
        for one in found
    ]
