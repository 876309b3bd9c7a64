"""How far vectors agree."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cosine

from core.comparison.agreement import Agreement
from core.comparison.arrays import of_arrays
from core.tasks.feature_extraction.schema import FeatureExtractionResult


def agreement(results: Sequence[FeatureExtractionResult]) -> Agreement:
    """The cosine of the vectors, where they have the same size."""
    return of_arrays([result.embedding for result in results], "vectors", results)


def cosines(results: Sequence[FeatureExtractionResult]) -> NDArray[np.float32]:
    """Of every two vectors, (vectors, vectors)."""
    return np.array([[1 - cosine(a.embedding, b.embedding) for b in results] for a in results], dtype=np.float32)


def change(before: FeatureExtractionResult, after: FeatureExtractionResult) -> Agreement:
    """How far the vector turns."""
    return agreement((before, after))
