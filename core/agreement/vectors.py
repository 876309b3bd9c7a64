"""Vectors and their cosines. Nothing in them can be marked."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cosine

from core.agreement.basis import Agreement, Difference, everybody, listed, moved, plain, unmarked
from core.agreement.overlap import overlap
from core.files.rows import rows
from core.results import FeatureExtractionResult, Result, SentenceSimilarityResult, WordInContextResult

CLOSE = 0.02  # cosines that lie no farther apart are all but the same


def of_cosines(results: Sequence[SentenceSimilarityResult]) -> Agreement:
    """How far the cosines lie apart."""
    found = [result.similarity for result in results]
    low, high = min(found), max(found)
    span = f"{plain(low)} to {plain(high)}"
    if high - low <= CLOSE:
        sentence = f"{everybody(len(results))} give nearly the same cosine: {span}."
    else:
        sentence = f"The cosines differ by {plain(high - low)}: {span}."
    return Agreement(sentence, overlap([rows(result) for result in results]), unmarked(results))


def change_of_cosine(before: SentenceSimilarityResult, after: SentenceSimilarityResult) -> Agreement:
    """Whether the cosine rises or falls."""
    sentence = moved("The cosine", before.similarity, after.similarity, plain)
    return Agreement(f"{sentence}.", None, unmarked((before, after)))


def differences_of_cosine(before: SentenceSimilarityResult, after: SentenceSimilarityResult) -> tuple[Difference, ...]:
    """The one there is."""
    return (Difference("cosine", before.similarity, after.similarity, unit="cosine"),)


def of_vectors(results: Sequence[FeatureExtractionResult]) -> Agreement:
    """The cosine of the vectors, where they have the same size."""
    return of_arrays([result.embedding for result in results], "vectors", results)


def of_words(results: Sequence[WordInContextResult]) -> Agreement:
    """The cosine of a word's vectors on the last layer, where they have the same size."""
    words = listed(dict.fromkeys(f"“{result.word}”" for result in results))
    return of_arrays([result.embeddings[-1] for result in results], f"vectors of {words}", results)


def of_arrays(arrays: Sequence[NDArray[np.float32]], name: str, results: Sequence[Result]) -> Agreement:
    """The cosine of arrays, (hidden,), called `name`."""
    if len({len(array) for array in arrays}) > 1:
        sentence = (
            f"The {name} have {listed(str(len(array)) for array in arrays)} dimensions, so they cannot be compared."
        )
        return Agreement(sentence, None, unmarked(results))
    pairs = [float(1 - cosine(a, b)) for a, b in combinations(arrays, 2)]
    if len(pairs) == 1:
        sentence = f"The cosine of the two {name} is {plain(pairs[0])}."
    else:
        sentence = f"The cosines of all pairs of {name} are between {plain(min(pairs))} and {plain(max(pairs))}."
    return Agreement(sentence, max(0.0, min(pairs)), unmarked(results))


def cosines(results: Sequence[FeatureExtractionResult]) -> NDArray[np.float32]:
    """Of every two vectors, (vectors, vectors)."""
    return np.array([[1 - cosine(a.embedding, b.embedding) for b in results] for a in results], dtype=np.float32)


def change_of_vector(before: FeatureExtractionResult, after: FeatureExtractionResult) -> Agreement:
    """How far the vector turns."""
    return of_vectors((before, after))


def change_of_word(before: WordInContextResult, after: WordInContextResult) -> Agreement:
    """How far the vector of the word turns."""
    return of_words((before, after))
