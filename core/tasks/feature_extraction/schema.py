"""What feature-extraction is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray

Pooling = Literal["mean", "cls", "max"]


@dataclass(frozen=True)
class FeatureExtractionRequest:
    """One vector for `text`: hidden states of `layer` (0 embeddings, -1 last) pooled; `normalize` to length one."""

    text: str
    pooling: Pooling = "mean"
    layer: int = -1
    normalize: bool = True


@dataclass(frozen=True)
class FeatureExtractionResult:
    """The vector of a text, float32, shape (hidden,)."""

    text: str
    embedding: "NDArray[np.float32]"
    provenance: Provenance


def rows(result: FeatureExtractionResult) -> list[Row]:
    """One row for each part of the result."""
    return [{"dimension": n, "value": float(value)} for n, value in enumerate(result.embedding)]


def summary(result: FeatureExtractionResult) -> Row:
    """The one row that says what came out."""
    return {f"d{n}": round(float(value), 6) for n, value in enumerate(result.embedding)}


def format(result: FeatureExtractionResult) -> dict[str, Any]:
    """{"embedding": [numbers]}"""
    return {"embedding": result.embedding.tolist()}
