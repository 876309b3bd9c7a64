"""What pseudo-likelihood is asked and what comes back, as rows too."""

from dataclasses import dataclass
from math import exp
from typing import Any

from core.provenance import Provenance, Row
from core.tasks.fill_mask.schema import Fill
from core.text.spans import by_word


@dataclass(frozen=True)
class PseudoLikelihoodRequest:
    """How expected each piece of `text` is: hidden in turn, or with `hide` off read from the whole text at once.

    `shown` asks for some pieces alone, read once with others in their places, as in training: the number of each and
    the id that stands there, None for the mask token."""

    text: str
    hide: bool = True
    top_k: int = 5
    shown: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True)
class ScoredPiece:
    """A piece of the text, of its word number `word`: the natural logarithm of its probability in its place, its rank
    (from 1) in the vocabulary, the entropy there in bits, and what was expected instead, best first. `shown` is the
    piece that stood there where the request gave one."""

    token: str
    start: int
    end: int
    word: int
    log_probability: float
    rank: int
    entropy: float
    fills: tuple[Fill, ...]
    shown: str = ""


@dataclass(frozen=True)
class PseudoLikelihoodResult:
    """Every piece of the text that was asked for, in its order."""

    text: str
    pieces: tuple[ScoredPiece, ...]
    provenance: Provenance

    @property
    def words(self) -> tuple[tuple[ScoredPiece, ...], ...]:
        """The pieces of each word."""
        return by_word(self.pieces)

    @property
    def log_likelihood(self) -> float:
        """The sum over all pieces: the pseudo-log-likelihood of the text, natural logarithm."""
        return sum(piece.log_probability for piece in self.pieces)

    @property
    def perplexity(self) -> float:
        """e to the mean loss of a piece: among how many equally probable ones the model might as well have chosen."""
        return exp(-self.log_likelihood / max(1, len(self.pieces)))


def rows(result: PseudoLikelihoodResult) -> list[Row]:
    """One row for each part of the result."""
    names = ("token", "start", "end", "word", "log_probability", "rank", "entropy")
    return [
        {name: getattr(piece, name) for name in names} | {"expected": piece.fills[0].text} for piece in result.pieces
    ]


def summary(result: PseudoLikelihoodResult) -> Row:
    """The one row that says what came out."""
    count = len(result.pieces)
    least = min(result.pieces, key=lambda piece: piece.log_probability)
    return {
        "pieces": count,
        "log_likelihood": result.log_likelihood,
        "perplexity": result.perplexity,
        "least_expected": result.text[least.start : least.end],
    }


def format(result: PseudoLikelihoodResult) -> dict[str, Any]:
    """{"log_likelihood", "pieces": [{"token", "start", "end", "log_probability", "rank", "entropy", "fills"}]}"""
    names = ("token", "start", "end", "log_probability", "rank", "entropy")
    pieces = [
        {name: getattr(piece, name) for name in names}
        | {"fills": [{"text": fill.text, "score": fill.score} for fill in piece.fills]}
        for piece in result.pieces
    ]
    return {"log_likelihood": result.log_likelihood, "pieces": pieces}
