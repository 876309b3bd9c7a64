"""Vectors as points in a plane: by principal components at once, or by UMAP in a process of its own.

scikit-learn comes with the first map, so that a page that may draw one paints without it.
"""

import importlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import PlaygroundError
from core.jobs import State
from core.paths import ROOT
from core.vectors.nearest import Vectors

MOST_POINTS = 2000  # UMAP compares all with all, in seconds up to here; of more vectors some are drawn
SEED = 13
LAYOUT = (sys.executable, "-m", "core.vectors.umap_layout")
LOOK_S = 0.2  # between two looks whether the map is still wanted

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


@dataclass(frozen=True, eq=False)
class Umap:
    """Lays (n, hidden) vectors, n at least 4, out by UMAP (McInnes et al. 2018, arxiv.org/abs/1802.03426): the work of
    a job, whose result is a Plane."""

    vectors: Vectors
    total: int = 1  # map

    def run(self, engine: object, library: object, state: State) -> None:
        """Gives the vectors to a process of their own and waits for the points; ends it once somebody says stop. Needs
        no engine."""
        places = sample(len(self.vectors))
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as sink:
            np.save(source, self.vectors[places], allow_pickle=False)
            source.seek(0)
            with subprocess.Popen(LAYOUT, cwd=ROOT, stdin=source, stdout=sink, stderr=subprocess.DEVNULL) as process:
                while process.poll() is None:
                    if state.stop.wait(LOOK_S):
                        process.kill()
                        return
            if process.returncode:
                raise PlaygroundError("The map could not be computed.", "Choose PCA, or other texts.")
            sink.seek(0)
            state.result = plane = Plane(places, np.load(sink, allow_pickle=False))
        state.done, state.size = 1, plane.points.nbytes
