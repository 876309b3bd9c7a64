"""Duplicate and near-duplicate texts: pairs of vectors with a high cosine, found in the background.

torch comes with the first search, so that a page that may start one paints without it.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from core.background import Background, State
from core.vectors.nearest import Vectors

ROWS = 2048  # compared with as many others at a time
MOST_PAIRS = 100_000
ROUNDING = 0.02  # by which a cosine from bfloat16 vectors may be too low


@dataclass(frozen=True)
class NearPair:
    """Two vectors by their places, first < second, and their cosine."""

    first: int
    second: int
    similarity: float


@dataclass
class _Search(State):
    """The vectors, from which cosine on two count as the same, and the pairs found so far."""

    vectors: Vectors = field(kw_only=True)
    threshold: float = field(kw_only=True)
    pairs: list[NearPair] = field(default_factory=list)
    full: bool = False


class Duplicates(Background):
    """Compares every vector of (n, hidden) with every other one, starting at once; progress counts vectors.

    It ends early, `full`, once there are MOST_PAIRS pairs.
    """

    def __init__(self, vectors: Vectors, threshold: float) -> None:
        self._search = _Search(len(vectors), vectors=vectors, threshold=threshold)
        super().__init__(self._search, work)

    @property
    def threshold(self) -> float:
        """The minimum cosine of a pair."""
        return self._search.threshold

    @property
    def full(self) -> bool:
        """Whether there are more pairs than were kept."""
        return self._search.full

    def pairs(self) -> list[NearPair]:
        """The pairs found so far, the most alike first."""
        return sorted(self._search.pairs, key=lambda pair: -pair.similarity)

    def groups(self) -> list[list[int]]:
        """The places grouped by their pairs, the largest group first."""
        return groups(self._search.pairs, len(self._search.vectors))


def work(one: _Search) -> None:
    """Block against block above the diagonal: fast where bfloat16 is, then exactly for what came near the threshold."""
    torch, precision = importlib.import_module("torch"), importlib.import_module("core.models.precision")
    exact = torch.from_numpy(one.vectors)
    rough = exact.bfloat16() if precision.has_bfloat16(exact.device) else exact
    for start in range(0, len(exact), ROWS):
        for other in range(start, len(exact), ROWS):
            if one.stop.is_set() or one.full:
                return
            cosines = rough[start : start + ROWS] @ rough[other : other + ROWS].T
            if cosines.max() >= one.threshold - ROUNDING:  # far quicker than to look for places where there are none
                first, second = (cosines >= one.threshold - ROUNDING).nonzero(as_tuple=True)
                keep(one, exact, first + start, second + other)
        one.done += len(exact[start : start + ROWS])


def keep(one: _Search, exact: Any, first: Any, second: Any) -> None:
    """Adds those of the candidates, places in the tensor `exact`, that are pairs, as far as there is room."""
    upper = first < second
    first, second = first[upper][:MOST_PAIRS], second[upper][:MOST_PAIRS]
    similarities = (exact[first] * exact[second]).sum(1)
    for n in (similarities >= one.threshold).nonzero()[:, 0].tolist():
        one.pairs.append(NearPair(int(first[n]), int(second[n]), float(similarities[n])))
    one.full = len(one.pairs) >= MOST_PAIRS


def groups(pairs: Sequence[NearPair], count: int) -> list[list[int]]:
    """The places below `count` grouped by their pairs, the largest group first, each in order."""
    ends = [pair.first for pair in pairs], [pair.second for pair in pairs]
    _, labels = connected_components(coo_matrix((np.ones(len(pairs)), ends), shape=(count, count)), directed=False)
    found: dict[int, list[int]] = {}
    for place in sorted({*ends[0], *ends[1]}):
        found.setdefault(int(labels[place]), []).append(place)
    return sorted(found.values(), key=len, reverse=True)
