"""The vectors that are nearest to another one. Vectors have length one; zeros are none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Hit:
    """The vector in that place of all, and its cosine with what was looked for."""

    place: int
    similarity: float


def nearest(
    vectors: Vectors, query: NDArray[np.float32], most: int, centre: NDArray[np.float32] | None = None
) -> list[Hit]:
    """Up to `most` of the vectors, (n, hidden), that are nearest to the query, (hidden,), best first.

    With `centre`, (hidden,), as if that had been taken away from all of them; the query comes without it already.
    """
    cosines = vectors @ query.astype(np.float32) if centre is None else centred_cosines(vectors, query, centre)
    most = min(most, len(cosines))
    best = np.argpartition(-cosines, most - 1)[:most] if most else np.zeros(0, int)
    ordered = best[np.argsort(-cosines[best], kind="stable")]
    return [Hit(int(place), float(cosines[place])) for place in ordered if vectors[place].any()]


def centred_cosines(vectors: Vectors, query: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) without a centred copy of the vectors: (v·q − c·q) / √(1 − 2 v·c + c·c)."""
    with_query, with_centre = (vectors @ np.stack([query, centre], 1).astype(np.float32)).T
    lengths = np.sqrt(np.maximum(1 - 2 * with_centre + centre @ centre, 1e-12))
    cosines: NDArray[np.float32] = (with_query - centre @ query) / lengths
    return cosines
