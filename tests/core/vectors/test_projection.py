"""Points in a plane: principal components against numpy's own, UMAP keeping clusters apart."""

import numpy as np
import pytest

from core.errors import PlaygroundError
from core.vectors import projection
from core.vectors.projection import Umap, pca, sample
from tests.working import Started, result_of

RNG = np.random.default_rng(5)
CLUSTERS = np.concatenate([RNG.normal(10 * np.eye(8)[n], 0.3, size=(20, 8)) for n in range(3)]).astype(np.float32)
MANY = np.concatenate([RNG.normal(10 * np.eye(384)[n], 0.3, size=(100, 384)) for n in range(3)]).astype(np.float32)


def test_pca_is_that_of_the_singular_values() -> None:
    plane = pca(CLUSTERS)
    centred = CLUSTERS - CLUSTERS.mean(0)
    _, values, directions = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(plane.points), np.abs(centred @ directions[:2].T), atol=1e-3)
    np.testing.assert_allclose(plane.variance, values[:2] ** 2 / (values**2).sum(), rtol=1e-3)


def test_umap_keeps_clusters_of_many_vectors_together() -> None:
    points = result_of(Umap(MANY)).points
    assert points.shape == (300, 2)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    labels = np.repeat(range(3), 100)
    nearest = (distances + 1e9 * np.eye(300)).argmin(1)
    assert (labels[nearest] == labels).all()


def test_too_many_points_are_drawn_from_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MOST_POINTS", 10)
    assert list(sample(10)) == list(range(10))
    places = sample(1000)
    assert len(set(places)) == 10
    assert list(places) == sorted(places) == list(sample(1000))
    assert len(pca(CLUSTERS).places) == 10


def test_a_map_that_nobody_waits_for_ends() -> None:
    one = Started(Umap(CLUSTERS))
    one.stop()
    assert one.ended().result is None


def test_vectors_that_cannot_be_laid_out_are_said() -> None:
    with pytest.raises(PlaygroundError, match="could not be computed"):
        result_of(Umap(np.full((30, 4), np.nan, np.float32)))
