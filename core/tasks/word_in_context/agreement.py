"""How far the vectors of a word agree."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, listed
from core.comparison.arrays import of_arrays
from core.tasks.word_in_context.schema import WordInContextResult


def agreement(results: Sequence[WordInContextResult]) -> Agreement:
    """The cosine of a word's vectors on the last layer, where they have the same size."""
    words = listed(dict.fromkeys(f"“{result.word}”" for result in results))
    return of_arrays([result.embeddings[-1] for result in results], f"vectors of {words}", results)


def change(before: WordInContextResult, after: WordInContextResult) -> Agreement:
    """How far the vector of the word turns."""
    return agreement((before, after))
