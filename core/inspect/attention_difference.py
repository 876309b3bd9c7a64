"""Where the attention of two texts differs: word beside word, if their words can be set beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from core.inspect.attention import AttentionTable

FEWEST = 2  # words, or no difference is worth a picture


@dataclass(frozen=True)
class AttentionDifference:
    """`table` holds the weights of the first minus those of the second between the words that stand beside each other;
    None where there are too few. `why` says how they were set beside each other, or why they could not be."""

    table: AttentionTable | None
    why: str


def difference(one: AttentionTable, other: AttentionTable) -> AttentionDifference:
    """Texts of as many words are compared place by place, others by the words that both have in the same order."""
    if one.weights.ndim == 3:
        return AttentionDifference(None, "Heads beside each other have no difference; choose one head, or a mean.")
    sides = [(one.query_labels, other.query_labels), (one.labels, other.labels)]
    alike = all(len(first) == len(second) for first, second in sides) and one.segments == other.segments
    rows, columns = (places(first, second, alike=alike) for first, second in sides)
    if min(len(rows), len(columns)) < FEWEST:
        count = f"{len(one.labels)} and {len(other.labels)} words"
        return AttentionDifference(None, f"The texts have {count} and share hardly any in the same order.")
    weights = one.weights[grid(rows, 0, columns)] - other.weights[grid(rows, 1, columns)]
    labels = [named(first, second, pairs) for (first, second), pairs in zip(sides, (rows, columns), strict=True)]
    segments = tuple(one.segments[n] for n, _ in columns)
    found = AttentionTable(labels[1], segments, np.asarray(weights, np.float32), labels[0] if one.rows else ())
    if alike:
        return AttentionDifference(found, "word by word")
    left_out = len(one.labels) + len(other.labels) - 2 * len(columns)
    words = "the word that only one text has is" if left_out == 1 else f"the {left_out} words that only one has are"
    return AttentionDifference(found, f"between the words that both texts have; {words} left out")


def grid(rows: Sequence[tuple[int, int]], text: int, columns: Sequence[tuple[int, int]]) -> tuple[np.ndarray, ...]:
    """What cuts these rows and columns out of the weights of one of the texts."""
    return np.ix_([pair[text] for pair in rows], [pair[text] for pair in columns])


def places(first: Sequence[str], second: Sequence[str], *, alike: bool) -> list[tuple[int, int]]:
    """Which word of the first text stands beside which of the second."""
    if alike:
        return [(n, n) for n in range(len(first))]
    words, others = ([label.casefold() for label in labels] for labels in (first, second))
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return [(i + n, j + n) for i, j, size in blocks for n in range(size)]


def named(first: Sequence[str], second: Sequence[str], pairs: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The names of the words, both where they are not the same."""
    both = [(first[n], second[m]) for n, m in pairs]
    return tuple(a if a.casefold() == b.casefold() else f"{a} / {b}" for a, b in both)
