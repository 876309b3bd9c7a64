"""The first heads of the small variants look at their neighbours before the first step."""

import numpy as np
import torch

from core.training.start import OFFSETS
from recipes.pretraining.bert import MiniBert
from recipes.pretraining.electra import MiniElectra


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
