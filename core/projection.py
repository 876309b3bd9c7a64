"""Vectors as points in a plane: by principal components at once, or by UMAP in the background.

The libraries come with the first map, so that a page that may draw one paints without them.
"""

import importlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.background import Background, State

MOST_POINTS = 2000  # UMAP compares all with all, in seconds up to here; of more vectors some are drawn
SEED = 13

Vectors = NDArray[np.float32]
Points = NDArray[np.float32]


@dataclass(frozen=True)
class Plane:
    """Points, (n, 2), of the vectors at `places`; with PCA the share of the variance that each axis holds."""

    places: NDArray[np.int64]
    points: Points
    variance: tuple[float, ...] = ()


def sample(count: int) -> NDArray[np.int64]:
    """Up to MOST_POINTS places below `count`, the same each time, in order."""
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, MOST_POINTS, replace=False))


def pca(vectors: Vectors) -> Plane:
    """The two directions in which (n, hidden) vectors, n at least 2, differ most."""
    places = sample(len(vectors))
    decomposition = importlib.import_module("sklearn.decomposition")
    model = decomposition.PCA(2, random_state=SEED, svd_solver="full" if len(places) < 500 else "randomized")
    points = model.fit_transform(vectors[places]).astype(np.float32)
    return Plane(places, points, tuple(map(float, model.explained_variance_ratio_)))


@dataclass
class _Sheet(State):
    """The vectors, and the plane once it is there."""

    vectors: Vectors = field(kw_only=True)
    plane: Plane | None = None


class Umap(Background):
    """Lays (n, hidden) vectors, n at least 4, out by UMAP (McInnes, Healy & Melville 2018, arxiv.org/abs/1802.03426).

    It cannot be stopped on its way; a `stop` only means that nobody waits for it.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._sheet = _Sheet(1, vectors=vectors)
        super().__init__(self._sheet, work)

    @property
    def plane(self) -> Plane | None:
        """The points, once they are there."""
        return self._sheet.plane


def work(one: _Sheet) -> None:
    """Fits the map; the library compiles itself on its first import, which takes a quarter of a minute."""
    places = sample(len(one.vectors))
    umap = importlib.import_module("umap")
    neighbours = min(15, len(places) - 1)
    start = "spectral" if len(places) > 20 else "random"
    model = umap.UMAP(n_neighbors=neighbours, metric="cosine", init=start, random_state=SEED, n_jobs=1)
    one.plane = Plane(places, model.fit_transform(one.vectors[places]).astype(np.float32))
    one.done = 1
