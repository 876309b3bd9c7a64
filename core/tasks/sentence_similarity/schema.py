"""What sentence-similarity is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, Row
from core.tasks.feature_extraction.schema import Pooling


@dataclass(frozen=True)
class SentenceSimilarityRequest:
    """The cosine of two texts under `pooling` of `layer`."""

    text_a: str
    text_b: str
    pooling: Pooling = "mean"
    layer: int = -1


@dataclass(frozen=True)
class SentenceSimilarityResult:
    """`similarity` is the cosine of the two vectors, in [-1, 1]; not a probability."""

    text_a: str
    text_b: str
    similarity: float
    provenance: Provenance


def rows(result: SentenceSimilarityResult) -> list[Row]:
    """One row for each part of the result."""
    return [{"text_a": result.text_a, "text_b": result.text_b, "similarity": result.similarity}]


def summary(result: SentenceSimilarityResult) -> Row:
    """The one row that says what came out."""
    return {"similarity": result.similarity}


def format(result: SentenceSimilarityResult) -> dict[str, Any]:
    """{"similarity": number}"""
    return {"similarity": result.similarity}
