"""Scores of labels with their errors, the same for classes of texts and for names in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.finetuning.score import names_in

DRAWS, SEED = 1000, 0  # of the bootstrap


@dataclass(frozen=True)
class LabelCounts:
    """For each row how many labels or names are right, are said, and are true, (rows, 3). The score is F1 of all of
    them, 2 · right / (said + true); where every row has one label that is its accuracy."""

    counts: NDArray[np.int64]

    @property
    def score(self) -> float:
        """In [0, 1]."""
        return float(f1(self.counts.sum(0, dtype=np.float64)[None])[0])

    @property
    def error(self) -> float:
        """The standard error of the score, over rows drawn again and again (bootstrap)."""
        return float(self._drawn().std())

    def change(self, before: "LabelCounts") -> tuple[float, float]:
        """By how much the score is higher than another one on the same rows, and the standard error of that."""
        return self.score - before.score, float((self._drawn() - before._drawn()).std())

    def _drawn(self) -> NDArray[np.float64]:
        """The scores of as many rows, drawn with replacement, (draws,); the same draws for all that have these rows."""
        rows = len(self.counts)
        times = np.random.default_rng(SEED).multinomial(rows, np.full(rows, 1 / rows), DRAWS)
        return f1(times.astype(np.float64) @ self.counts.astype(np.float64))


def f1(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, 3) -> (…,); 1 where there is nothing to find and nothing is said."""
    both = sums[..., 1] + sums[..., 2]
    return np.where(both > 0, 2 * sums[..., 0] / np.maximum(both, 1e-9), 1.0)


def count(said: Sequence[tuple[str, ...]], true: Sequence[tuple[str, ...]], *, tags: bool) -> LabelCounts:
    """What is right, said and true of each row."""
    if not tags:
        return LabelCounts(np.array([(int(s == t), 1, 1) for s, t in zip(said, true, strict=True)]))
    names = [(set(names_in(s)), set(names_in(t))) for s, t in zip(said, true, strict=True)]
    return LabelCounts(np.array([(len(s & t), len(s), len(t)) for s, t in names]))
