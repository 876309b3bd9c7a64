"""Duplicates against a comparison of all with all in double precision."""

import numpy as np
import pytest

from core.vectors import duplicates
from core.vectors.baseline import of_length_one
from core.vectors.duplicates import Duplicates, DuplicateSearch
from tests.working import result_of

RNG = np.random.default_rng(3)
VECTORS = of_length_one(RNG.normal(size=(300, 24)).astype(np.float32))
VECTORS[120] = VECTORS[7]
VECTORS[250] = of_length_one(VECTORS[7:8] + 0.01 * VECTORS[8:9])[0]


def found(vectors: np.ndarray, threshold: float) -> Duplicates:
    one: Duplicates = result_of(DuplicateSearch(vectors, threshold))
    return one


@pytest.mark.parametrize("rows", [7, 64, 2048])
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.999])
def test_every_pair_over_the_threshold_is_found(rows: int, threshold: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "ROWS", rows)
    cosines = VECTORS.astype(float) @ VECTORS.astype(float).T
    wanted = {(i, j) for i, j in np.argwhere(np.triu(cosines >= threshold, 1))}
    pairs = found(VECTORS, threshold).pairs()
    assert {(pair.first, pair.second) for pair in pairs} == wanted
    assert [pair.similarity for pair in pairs] == sorted((pair.similarity for pair in pairs), reverse=True)
    for pair in pairs:
        assert pair.similarity == pytest.approx(cosines[pair.first, pair.second], abs=1e-5)


def test_pairs_that_hang_together_are_one_group() -> None:
    assert found(VECTORS, 0.999).groups() == [[7, 120, 250]]
    assert found(VECTORS[:100], 0.999).groups() == []


def test_too_many_pairs_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 50)
    one = found(np.repeat(VECTORS[:1], 100, axis=0), 0.9)
    assert one.full
    assert len(one.pairs()) == 50
