"""How far cosines agree. Nothing in them can be marked."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, everybody, moved, plain, unmarked
from core.comparison.overlap import overlap
from core.tasks.sentence_similarity.schema import SentenceSimilarityResult, rows

CLOSE = 0.02  # cosines that lie no farther apart are all but the same


def agreement(results: Sequence[SentenceSimilarityResult]) -> Agreement:
    """How far the cosines lie apart."""
    found = [result.similarity for result in results]
    low, high = min(found), max(found)
    span = f"{plain(low)} to {plain(high)}"
    if high - low <= CLOSE:
        sentence = f"{everybody(len(results))} give nearly the same cosine: {span}."
    else:
        sentence = f"The cosines differ by {plain(high - low)}: {span}."
    return Agreement(sentence, overlap([rows(result) for result in results]), unmarked(results))


def change(before: SentenceSimilarityResult, after: SentenceSimilarityResult) -> Agreement:
    """Whether the cosine rises or falls."""
    sentence = moved("The cosine", before.similarity, after.similarity, plain)
    return Agreement(f"{sentence}.", None, unmarked((before, after)))


def differences(before: SentenceSimilarityResult, after: SentenceSimilarityResult) -> tuple[Difference, ...]:
    """The one there is."""
    return (Difference("cosine", before.similarity, after.similarity, unit="cosine"),)
