"""How much of what rows say other rows say too: one number for every task, for single results and for files."""

from collections.abc import Sequence
from itertools import combinations
from math import exp

import numpy as np

from core.provenance import Row

IDENTITY = ("start", "end", "text", "label", "entity_group", "step", "layer", "head", "dimension")
RowWeights = dict[tuple[object, ...], float]


def weights(rows: Sequence[Row]) -> RowWeights:
    """What each row says, capitals or not, and how strongly; `rows` are those of core.files.rows."""
    found: RowWeights = {}
    for row in rows:
        values = (row[name] for name in IDENTITY if name in row)
        said = tuple(folded(value) if isinstance(value, str) else value for value in values)
        found[said] = found.get(said, 0.0) + strength(row)
    return found


def folded(text: str) -> str:
    """The text without its capitals, which some checkpoints do not know."""
    return text.casefold()


def strength(row: Row) -> float:
    """The number of a row: a probability, a cosine, a share of attention, a turn or a part of a vector."""
    if "token" in row:
        return exp(row["log_probability"])
    if "similarity" in row:
        return float(1 + row["similarity"]) / 2
    return float(next(row[name] for name in ("score", "on_first_token", "turn", "value") if name in row))


def overlap(found: Sequence[Sequence[Row]]) -> float | None:
    """The least overlap of any two, in [0, 1]; None where vectors have different sizes."""
    pairs = [of_two(a, b) for a, b in combinations(map(weights, found), 2)]
    known = [value for value in pairs if value is not None]
    return min(known) if len(known) == len(pairs) else None


def of_two(a: RowWeights, b: RowWeights) -> float | None:
    """What both say over what either says (weighted Jaccard); of vectors the cosine, 0 where it is negative.

    Ioffe 2010, Improved Consistent Sampling, Weighted Minhash and L1 Sketching.
    """
    keys = a.keys() | b.keys()
    if not keys:
        return 1.0
    left, right = (np.array([one.get(key, 0.0) for key in keys]) for one in (a, b))
    if (left < 0).any() or (right < 0).any():
        length = float(np.linalg.norm(left) * np.linalg.norm(right))
        return max(0.0, float(left @ right) / max(length, 1e-12)) if a.keys() == b.keys() else None
    return float(np.minimum(left, right).sum() / max(float(np.maximum(left, right).sum()), 1e-12))
