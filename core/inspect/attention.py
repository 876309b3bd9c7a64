"""One table of attention out of many heads: mixed, by whole words, with special tokens or without.

Every row of a table is a token that attends, every column one that is attended to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from core.tasks.attention.schema import AttentionResult
from core.text.spans import Span

HeadWeights = NDArray[np.float32]  # (query, key), or (heads, query, key)
SPECIAL = -1  # the segment of a token that is of no text
CONTINUES = "##"  # as labels of attention begin that continue a word


class Mix(StrEnum):
    """How many heads become one."""

    MEAN = "mean"
    MAX = "max"


class Specials(StrEnum):
    """What is done with [CLS], [SEP] and their like. Renormalised: without them each row sums to one again."""

    SHOW = "show"
    HIDE = "hide"
    RENORMALISE = "renormalise"


@dataclass(frozen=True)
class AttentionTable:
    """`weights`, (query, key) or (heads, query, key), between the tokens or words named by `labels`. `segments`: 0 for
    the first text, 1 for the second, SPECIAL for neither. Where the rows are others than the columns, as between two
    texts, `rows` names them."""

    labels: tuple[str, ...]
    segments: tuple[int, ...]
    weights: HeadWeights
    rows: tuple[str, ...] = ()

    @property
    def query_labels(self) -> tuple[str, ...]:
        """The names of the rows."""
        return self.rows or self.labels

    def between(self, query: int, key: int) -> "AttentionTable":
        """Only what one text attends to in another or in itself."""
        segments = np.asarray(self.segments)
        rows, columns = np.flatnonzero(segments == query), np.flatnonzero(segments == key)
        weights = self.weights[..., rows[:, None], columns]
        labels = tuple(self.labels[n] for n in columns)
        return AttentionTable(labels, (key,) * len(columns), weights, tuple(self.labels[n] for n in rows))


def mix(attentions: NDArray[np.float16] | HeadWeights, how: Mix = Mix.MEAN) -> HeadWeights:
    """Heads, (layers, heads, query, key), as one, (query, key): their mean or the largest weight of each cell."""
    heads = attentions.reshape(-1, *attentions.shape[-2:])
    if how is Mix.MAX:
        return np.asarray(heads.max(0), dtype=np.float32)
    return np.asarray(heads.mean(0, dtype=np.float32))


def segments_of(result: AttentionResult) -> tuple[int, ...]:
    """The text that each token is of; special tokens have no characters."""
    special = [offsets == (0, 0) for offsets in result.offsets]
    ends = [last and not now for last, now in pairwise((True, *special))]  # where special tokens are over
    return tuple(SPECIAL if one else min(run, 2) - 1 for one, run in zip(special, accumulate(ends), strict=True))


def table(
    result: AttentionResult,
    weights: HeadWeights,
    texts: Sequence[str],
    *,
    words: bool = False,
    specials: Specials = Specials.SHOW,
) -> AttentionTable:
    """Weights between the tokens of a result, (query, key) or (heads, query, key), as they are to be shown. `texts` are
    those that the tokens are of."""
    found = AttentionTable(result.labels, segments_of(result), np.asarray(weights, dtype=np.float32))
    if words:
        found = _by_word(found, result.offsets, texts)
    return found if specials is Specials.SHOW else _without_specials(found, specials)


def _by_word(tokens: AttentionTable, offsets: Sequence[Span], texts: Sequence[str]) -> AttentionTable:
    """The pieces of each word as one, which is called as it was typed."""
    inside = [len(label) > len(CONTINUES) and label.startswith(CONTINUES) for label in tokens.labels]
    starts = [n for n, one in enumerate(inside) if not one or tokens.segments[n] == SPECIAL or n == 0]
    ends = [*starts[1:], len(inside)]
    typed = [
        texts[tokens.segments[start]][offsets[start][0] : offsets[end - 1][1]] if tokens.segments[start] >= 0 else ""
        for start, end in zip(starts, ends, strict=True)
    ]
    labels = [text or tokens.labels[start] for text, start in zip(typed, starts, strict=True)]
    segments = tuple(tokens.segments[start] for start in starts)
    return AttentionTable(tuple(labels), segments, merge(tokens.weights, starts))


def merge(weights: HeadWeights, starts: Sequence[int]) -> HeadWeights:
    """Groups of neighbours, each from one of `starts` to the next, as one: what is attended to is summed, what attends
    is averaged, so that rows that sum to one still do. Clark et al. 2019, arxiv.org/abs/1906.04341, section 4.1."""
    sizes = np.diff([*starts, weights.shape[-1]])
    summed = np.add.reduceat(weights, starts, axis=-1)
    return np.asarray(np.add.reduceat(summed, starts, axis=-2) / sizes[:, None], dtype=np.float32)


def _without_specials(every: AttentionTable, specials: Specials) -> AttentionTable:
    """Only what is of a text."""
    kept = np.flatnonzero(np.asarray(every.segments) != SPECIAL)
    weights = every.weights[..., kept[:, None], kept]
    if specials is Specials.RENORMALISE:
        weights = normalised(weights)
    labels, segments = tuple(every.labels[n] for n in kept), tuple(every.segments[n] for n in kept)
    return AttentionTable(labels, segments, weights)


def normalised(weights: HeadWeights) -> HeadWeights:
    """Each row divided by its sum; one without any weight stays as it is."""
    sums = weights.sum(-1, keepdims=True)
    return np.asarray(weights / np.where(sums > 0, sums, 1), dtype=np.float32)
