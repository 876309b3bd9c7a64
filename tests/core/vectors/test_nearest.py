"""Nearest vectors against a comparison with all in double precision."""

import numpy as np
import pytest

from core.vectors.baseline import of_length_one
from core.vectors.nearest import nearest

VECTORS = of_length_one(np.random.default_rng(3).normal(size=(300, 24)).astype(np.float32))


def test_nearest_are_the_best_of_all_in_order() -> None:
    query = VECTORS[30] + 0.2 * VECTORS[31]
    cosines = VECTORS.astype(float) @ query.astype(float)
    hits = nearest(VECTORS, query, 7)
    assert [hit.place for hit in hits] == list(np.argsort(-cosines)[:7])
    assert [hit.similarity for hit in hits] == pytest.approx(np.sort(cosines)[::-1][:7], abs=1e-5)


def test_what_has_no_vector_is_never_near() -> None:
    vectors = np.concatenate([np.zeros((2, 24), np.float32), -VECTORS[:3]])
    places = [hit.place for hit in nearest(vectors, VECTORS[0], 5)]
    assert set(places) <= {2, 3, 4}
    assert nearest(vectors[:0], VECTORS[0], 5) == []


def test_a_centre_is_taken_away_from_all() -> None:
    centre = VECTORS[:50].mean(0)
    centred = of_length_one(VECTORS - centre)
    plain = nearest(centred, centred[5], 8)
    hits = nearest(VECTORS, centred[5], 8, centre)
    assert [hit.place for hit in hits] == [hit.place for hit in plain]
    assert [hit.similarity for hit in hits] == pytest.approx([hit.similarity for hit in plain], abs=1e-5)
