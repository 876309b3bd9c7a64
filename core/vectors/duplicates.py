"""Duplicate and near-duplicate texts: pairs of vectors with a high cosine, found as a job.

torch comes with the first search, so that a page that may start one paints without it.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from core.jobs import State
from core.vectors.nearest import Vectors

ROWS = 2048  # compared with as many others at a time
MOST_PAIRS = 100_000
PAIR_BYTES = 200  # of memory, about
ROUNDING = 0.02  # by which a cosine from bfloat16 vectors may be too low


@dataclass(frozen=True)
class NearPair:
    """Two vectors by their places, first < second, and their cosine."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True, eq=False)
class DuplicateSearch:
    """Compares every vector of (n, hidden) with every other one: the work of a job, whose result is Duplicates.

    Progress counts vectors. It ends early, `full`, once there are MOST_PAIRS pairs.
    """

    vectors: Vectors
    threshold: float

    @property
    def total(self) -> int:
        """Vectors."""
        return len(self.vectors)

    def run(self, engine: object, library: object, state: State) -> None:
        """Block against block above the diagonal: fast where bfloat16 is, then exactly for what came near the
        threshold. Needs no engine."""
        one = state.result = Duplicates(len(self.vectors), self.threshold)
        torch, precision = importlib.import_module("torch"), importlib.import_module("core.models.precision")
        exact = torch.from_numpy(self.vectors)
        rough = exact.bfloat16() if precision.has_bfloat16(exact.device) else exact
        for start in range(0, len(exact), ROWS):
            for other in range(start, len(exact), ROWS):
                if state.stop.is_set() or one.full:
                    return
                cosines = rough[start : start + ROWS] @ rough[other : other + ROWS].T
                if (
                    cosines.max() >= one.threshold - ROUNDING
                ):  # far quicker than to look for places where there are none
                    first, second = (cosines >= one.threshold - ROUNDING).nonzero(as_tuple=True)
                    keep(one, exact, first + start, second + other)
            state.done += len(exact[start : start + ROWS])
            state.size = PAIR_BYTES * len(one.found)


@dataclass(eq=False)
class Duplicates:
    """The pairs among `count` vectors whose cosine is `threshold` or more; `full`: there are more than were kept."""

    count: int
    threshold: float
    found: list[NearPair] = field(default_factory=list)
    full: bool = False

    def pairs(self) -> list[NearPair]:
        """The pairs, the most alike first."""
        return sorted(self.found, key=lambda pair: -pair.similarity)

    def groups(self) -> list[list[int]]:
        """The places grouped by their pairs, the largest group first."""
        return groups(self.found, self.count)


def keep(one: Duplicates, exact: Any, first: Any, second: Any) -> None:
    """Adds those of the candidates, places in the tensor `exact`, that are pairs, as far as there is room."""
    upper = first < second
    first, second = first[upper][:MOST_PAIRS], second[upper][:MOST_PAIRS]
    similarities = (exact[first] * exact[second]).sum(1)
    for n in (similarities >= one.threshold).nonzero()[:, 0].tolist():
        one.found.append(NearPair(int(first[n]), int(second[n]), float(similarities[n])))
    one.full = len(one.found) >= MOST_PAIRS


def groups(pairs: Sequence[NearPair], count: int) -> list[list[int]]:
    """The places below `count` grouped by their pairs, the largest group first, each in order."""
    ends = [pair.first for pair in pairs], [pair.second for pair in pairs]
    _, labels = connected_components(coo_matrix((np.ones(len(pairs)), ends), shape=(count, count)), directed=False)
    found: dict[int, list[int]] = {}
    for place in sorted({*ends[0], *ends[1]}):
        found.setdefault(int(labels[place]), []).append(place)
    return sorted(found.values(), key=len, reverse=True)
