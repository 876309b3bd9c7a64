"""What candidate-ranking is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, Row


@dataclass(frozen=True)
class CandidateRankingRequest:
    """The user's own `candidates` for the one `___` in `text`: words of any number of pieces."""

    text: str
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A word in the gap: the natural logarithm of its probability, and its share (`score`) among all candidates."""

    text: str
    pieces: tuple[str, ...]
    log_probability: float
    score: float


@dataclass(frozen=True)
class CandidateRankingResult:
    """The candidates for the gap at text[start:end], most probable first."""

    text: str
    start: int
    end: int
    candidates: tuple[Candidate, ...]
    provenance: Provenance


def rows(result: CandidateRankingResult) -> list[Row]:
    """One row for each part of the result."""
    return [
        {"text": one.text, "pieces": len(one.pieces), "log_probability": one.log_probability, "score": one.score}
        for one in result.candidates
    ]


def summary(result: CandidateRankingResult) -> Row:
    """The one row that says what came out."""
    shares = {f"score_{one.text}": one.score for one in result.candidates}
    return {"best": result.candidates[0].text, "score": result.candidates[0].score, **shares}


def format(result: CandidateRankingResult) -> dict[str, Any]:
    """{"candidates": [{"text", "log_probability", "score"}]}"""
    names = ("text", "log_probability", "score")
    return {"candidates": [{name: getattr(one, name) for name in names} for one in result.candidates]}
