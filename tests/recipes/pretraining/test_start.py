"""What the networks know before the first step: which words keep the same company, and where the neighbours are."""

import numpy as np
import torch

from recipes.pretraining.bert import MiniBert
from recipes.pretraining.electra import MiniElectra
from recipes.pretraining.start import OFFSETS, count_company, log_frequencies, word_vectors


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


def looked_at(layer, inputs, head):
    """Weights of one head of BERT's self-attention: (tokens, tokens)"""
    attention = layer.attention.self
    size = attention.attention_head_size
    query, key = (part(inputs)[0, :, head * size : (head + 1) * size] for part in (attention.query, attention.key))
    return (query @ key.T / size**0.5).softmax(dim=-1)


def share_at(weights, offset):
    """How much of a token's attention goes to the token `offset` places on, on the average."""
    return weights.diagonal(offset).mean()


@torch.no_grad()
def test_berts_first_heads_start_at_their_neighbours(corpus):
    bert = MiniBert(corpus).model.bert
    inputs = bert.embeddings(torch.from_numpy(corpus.train.tokens[:128].astype(np.int64))[None])
    for head, offset in enumerate(OFFSETS):
        assert share_at(looked_at(bert.encoder.layer[0], inputs, head), offset) > 0.5


@torch.no_grad()
def test_the_heads_of_electras_narrow_generator_do_too(corpus):
    electra = MiniElectra(corpus).generator.electra
    ids = torch.from_numpy(corpus.train.tokens[:128].astype(np.int64))[None]
    inputs = electra.embeddings_project(electra.embeddings(ids))
    assert share_at(looked_at(electra.encoder.layer[0], inputs, 0), OFFSETS[0]) > 0.2
