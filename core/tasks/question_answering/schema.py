"""What question-answering is asked and what comes back, as rows too."""

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class QuestionAnsweringRequest:
    """Up to `top_k` passages of `context` that answer `question`, none longer than `max_answer_tokens`."""

    question: str
    context: str
    top_k: int = 3
    max_answer_tokens: int = 30


TINY = 1e-30  # below this a probability counts as none


@dataclass(frozen=True)
class Answer:
    """context[start:end] answers the question."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class PassageWindow:
    """context[start:end] went through the model together; the score of its best answer, a share like that of any
    answer, and how probable it is that this part alone has none."""

    start: int
    end: int
    score: float
    no_answer_score: float


@dataclass(frozen=True)
class QuestionAnsweringResult:
    """Answers that do not overlap, best first; “no answer” wins if `no_answer_score` is above the first score.

    All scores are shares of one whole: every span of every window, and “no answer”. `offsets` are the characters of
    each piece of the context, (pieces, 2); `starts` and `ends`, (pieces,), the probability that an answer starts or
    ends there, the sum over all such spans: each adds up to one less `no_answer_score`.
    """

    question: str
    context: str
    answers: tuple[Answer, ...]
    no_answer_score: float
    windows: tuple[PassageWindow, ...]
    offsets: "NDArray[np.int32]"
    starts: "NDArray[np.float32]"
    ends: "NDArray[np.float32]"
    provenance: Provenance

    @property
    def best(self) -> Answer | None:
        """The winning answer, or None where “no answer” wins."""
        first = self.answers[0] if self.answers else None
        return first if first and first.score >= self.no_answer_score else None

    @property
    def margin(self) -> float:
        """The natural logarithm of how many times the best answer is as probable as “no answer”."""
        first = self.answers[0].score if self.answers else 0.0
        return log(max(first, TINY)) - log(max(self.no_answer_score, TINY))


def rows(result: QuestionAnsweringResult) -> list[Row]:
    """One row for each part of the result."""
    found: list[Row] = [{"text": a.text, "start": a.start, "end": a.end, "score": a.score} for a in result.answers]
    return [*found, {"text": "", "start": "", "end": "", "score": result.no_answer_score}]


def summary(result: QuestionAnsweringResult) -> Row:
    """The one row that says what came out."""
    best = result.best
    row: Row = {"answer": best.text, "start": best.start, "end": best.end} if best else {"answer": ""}
    score = best.score if best else result.no_answer_score
    return row | {"score": score, "no_answer_score": result.no_answer_score, "margin": result.margin}


def format(result: QuestionAnsweringResult) -> dict[str, Any]:
    """{"answers": [{"text", "start", "end", "score"}], "no_answer_score"}"""
    return {"answers": [vars(answer) for answer in result.answers], "no_answer_score": result.no_answer_score}
