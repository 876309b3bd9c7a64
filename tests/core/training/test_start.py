"""What the networks know before the first step: which words keep the same company, and where the neighbours are."""

import numpy as np
import torch

from core.training.start import count_company, log_frequencies, word_vectors


def test_company_is_counted_on_both_sides_up_to_three_tokens():
    counts = count_company(np.array([0, 1, 2, 3, 4], np.uint16), 5)
    assert (counts == counts.T).all()
    assert counts[0].tolist() == [0, 1, 1, 1, 0]


def test_words_in_the_same_company_start_alike():
    rng = np.random.default_rng(0)
    phrases = [(rng.integers(0, 2), 4, 5, 6) if n < 200 else (rng.integers(2, 4), 7, 8, 9) for n in range(400)]
    vectors = word_vectors(count_company(np.array(phrases, np.uint16).flatten(), 10), 8, seed=1)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 8**0.5)
    assert vectors[0] @ vectors[1] > 0 > vectors[0] @ vectors[2]


def test_the_bias_is_the_logarithm_of_the_frequency():
    share = log_frequencies(np.array([0, 0, 2], np.uint16), 3).exp()
    assert torch.allclose(share, torch.tensor([3 / 6, 1 / 6, 2 / 6]))
