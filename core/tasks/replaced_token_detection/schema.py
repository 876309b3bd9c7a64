"""What replaced-token-detection is asked and what comes back, as rows too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, Row
from core.text.spans import by_word


@dataclass(frozen=True)
class ReplacedTokenDetectionRequest:
    """How probable it is of each piece of `text` that it was swapped for the one that stood there."""

    text: str


SWAPPED = 0.5  # a word looks swapped if that is more probable than not


@dataclass(frozen=True)
class JudgedToken:
    """text[start:end], a piece of word number `word`; `score` is the probability that it was swapped."""

    start: int
    end: int
    text: str
    word: int
    score: float


@dataclass(frozen=True)
class ReplacedTokenDetectionResult:
    """Every piece of the text in its order, special tokens left out."""

    text: str
    tokens: tuple[JudgedToken, ...]
    provenance: Provenance

    @property
    def words(self) -> tuple[JudgedToken, ...]:
        """Each word as one token, as suspicious as the most suspicious of its pieces."""
        return tuple(self._joined(pieces) for pieces in by_word(self.tokens))

    @property
    def suspects(self) -> tuple[JudgedToken, ...]:
        """The words that look swapped, in text order."""
        return tuple(word for word in self.words if word.score > SWAPPED)

    @property
    def most_suspicious(self) -> JudgedToken | None:
        """The word with the highest score, whether it looks swapped or not; None where the text has no piece."""
        return max(self.words, key=lambda word: word.score, default=None)

    def _joined(self, pieces: Sequence[JudgedToken]) -> JudgedToken:
        start, end = pieces[0].start, pieces[-1].end
        return JudgedToken(start, end, self.text[start:end], pieces[0].word, max(piece.score for piece in pieces))


def rows(result: ReplacedTokenDetectionResult) -> list[Row]:
    """One row for each part of the result."""
    return [
        {"start": one.start, "end": one.end, "text": one.text, "word": one.word, "score": one.score}
        for one in result.tokens
    ]


def summary(result: ReplacedTokenDetectionResult) -> Row:
    """The one row that says what came out."""
    most = result.most_suspicious
    row: Row = {"most_suspicious": most.text, "score": most.score} if most else {"most_suspicious": "", "score": 0.0}
    return {"swapped": "; ".join(word.text for word in result.suspects)} | row


def format(result: ReplacedTokenDetectionResult) -> dict[str, Any]:
    """{"tokens": [{"start", "end", "text", "score"}]}"""
    names = ("start", "end", "text", "score")
    return {"tokens": [{name: getattr(token, name) for name in names} for token in result.tokens]}
