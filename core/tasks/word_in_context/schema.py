"""What word-in-context is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class WordInContextRequest:
    """The vectors of the first `word` in `text`, or of an inflected form of it."""

    word: str
    text: str


@dataclass(frozen=True)
class WordInContextResult:
    """text[start:end] is the word; `embeddings`, float32, (layers + 1, hidden), its mean piece, layer 0 first."""

    text: str
    word: str
    start: int
    end: int
    embeddings: "NDArray[np.float32]"
    provenance: Provenance


def rows(result: WordInContextResult) -> list[Row]:
    """One row for each part of the result."""
    return [
        {"layer": layer, "dimension": n, "value": float(value)}
        for layer, vector in enumerate(result.embeddings)
        for n, value in enumerate(vector)
    ]


def summary(result: WordInContextResult) -> Row:
    """The one row that says what came out."""
    vector = {f"d{n}": round(float(value), 6) for n, value in enumerate(result.embeddings[-1])}
    return {"word": result.word, "start": result.start, "end": result.end, **vector}


def format(result: WordInContextResult) -> dict[str, Any]:
    """{"word", "start", "end", "embeddings": [layer][number]}, layer 0 the embeddings"""
    return {
        "word": result.word,
        "start": result.start,
        "end": result.end,
        "embeddings": result.embeddings.tolist(),
    }
