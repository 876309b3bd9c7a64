"""The alignment of vectors against its definition with whole matrices of dot products."""

import numpy as np
import pytest

from core.comparison.cka import cka, placed


def random_vectors(seed: int, tokens: int = 40, width: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(loc=0.7, size=(tokens, width))


def centred_grams(vectors: np.ndarray) -> np.ndarray:
    """Dot products of all with all, the diagonal zero, rows and columns adding up to zero (Székely and Rizzo 2014)."""
    count = len(vectors)
    grams = vectors @ vectors.T
    np.fill_diagonal(grams, 0)
    sums = grams.sum(0)
    grams = grams - (sums[:, None] + sums) / (count - 2) + sums.sum() / ((count - 1) * (count - 2))
    np.fill_diagonal(grams, 0)
    return grams


@pytest.mark.parametrize("tokens", [4, 5, 40])
@pytest.mark.parametrize("width", [3, 60])
def test_it_is_the_cosine_of_both_centred_matrices(tokens: int, width: int) -> None:
    a, b = random_vectors(1, tokens, width), random_vectors(2, tokens, 7)
    left, right = centred_grams(a), centred_grams(b)
    expected = (left * right).sum() / (np.linalg.norm(left) * np.linalg.norm(right))
    assert cka(placed(a), placed(b)) == pytest.approx(expected, abs=1e-9)


def test_turns_and_sizes_make_no_difference() -> None:
    a = random_vectors(3)
    turn, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(8, 8)))
    assert cka(placed(a), placed(5 * a @ turn - 3)) == pytest.approx(1)


def test_few_tokens_of_many_dimensions_do_not_look_alike_by_chance() -> None:
    found = [cka(placed(random_vectors(n, 20, 500)), placed(random_vectors(n + 99, 20, 500))) for n in range(50)]
    assert abs(np.mean(found)) < 0.05
