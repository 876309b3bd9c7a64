"""Scores with their errors, the same for classes of texts, names in sentences, hidden words and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.comparison.certainty import error_or_least
from core.finetuning.score import names_in

DRAWS, SEED = 1000, 0  # of the bootstrap


@dataclass(frozen=True)
class RowCounts:
    """For each row how many labels, names or hidden words are right, are said, and are true, (rows, 3). The score is F1
    of all of them, 2 · right / (said + true); where every row has one label that is its accuracy."""

    counts: NDArray[Any]  # whole numbers, but for answers that are partly right

    @property
    def score(self) -> float:
        """In [0, 1]."""
        return float(f1(self.counts.sum(0, dtype=np.float64)[None])[0])

    @property
    def error(self) -> float:
        """The standard error of the score, over rows drawn again and again (bootstrap). This and the errors
        below are never 0, except for a score compared with itself: identical rows say little about others."""
        return self._spread(self._drawn())

    def change(self, before: "RowCounts") -> tuple[float, float]:
        """By how much the score is higher than another one on the same rows, and the standard error of that."""
        error = 0.0 if before is self else self._spread(self._drawn() - before._drawn())
        return self.score - before.score, error

    def kept(self, before: "RowCounts") -> tuple[float, float]:
        """The score as a share of another one on the same rows, and the standard error of that; both 0 where the other
        one is 0."""
        if not before.score:
            return 0.0, 0.0
        theirs = before._drawn()
        shares = self._drawn()[theirs > 0] / theirs[theirs > 0]
        return self.score / before.score, 0.0 if before is self else self._spread(shares)

    def _spread(self, drawn: NDArray[np.float64]) -> float:
        """The standard deviation of what was drawn."""
        return error_or_least(float(drawn.std()), len(self.counts))

    def _drawn(self) -> NDArray[np.float64]:
        """The scores of as many rows, drawn with replacement, (draws,); the same draws for all that have these rows."""
        rows = len(self.counts)
        times = np.random.default_rng(SEED).multinomial(rows, np.full(rows, 1 / rows), DRAWS)
        return f1(times.astype(np.float64) @ self.counts.astype(np.float64))


def f1(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, 3) -> (…,); 1 where there is nothing to find and nothing is said."""
    both = sums[..., 1] + sums[..., 2]
    return np.where(both > 0, 2 * sums[..., 0] / np.maximum(both, 1e-9), 1.0)


def count(said: Sequence[tuple[str, ...]], true: Sequence[tuple[str, ...]], *, tags: bool) -> RowCounts:
    """What is right, said and true of each row."""
    if not tags:
        return RowCounts(np.array([(int(s == t), 1, 1) for s, t in zip(said, true, strict=True)]))
    names = [(set(names_in(s)), set(names_in(t))) for s, t in zip(said, true, strict=True)]
    return RowCounts(np.array([(len(s & t), len(s), len(t)) for s, t in names]))
