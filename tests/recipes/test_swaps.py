"""Which words are swapped, for what, and that the network is told exactly that."""

import numpy as np
import pytest
import torch
from transformers import AutoConfig, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS
from core.training.batches import Tensors
from recipes.bases import load_tokenizer
from recipes.swaps import ANY_WORD, BASE, RATE, Swaps, as_electra, swap

TEXT = "The gardener watered seventeen chrysanthemums before breakfast."  # one word is of several pieces
TIMES = 60


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    return load_tokenizer(BASE)


@pytest.fixture(scope="module")
def batch(tokenizer: PreTrainedTokenizerBase) -> Tensors:
    ids = tokenizer(TEXT)["input_ids"]
    windows = Swaps(np.array(ids * TIMES, dtype=np.uint16), np.full(TIMES, len(ids)), tokenizer)
    return windows.collate(np.arange(TIMES), np.random.default_rng(3))


def test_only_words_of_one_piece_are_swapped(batch: Tensors, tokenizer: PreTrainedTokenizerBase):
    chosen = batch["hidden"] != batch["input_ids"]
    pieces = {tokenizer.decode([i]) for i in batch["input_ids"][chosen].tolist()}
    assert pieces == {"the", "gardener", "watered", "seventeen", "before", "breakfast"}
    assert (batch["hidden"][chosen] == tokenizer.mask_token_id).all()
    assert float(chosen.sum() / (TIMES * len(pieces))) == pytest.approx(RATE, abs=0.04)


def test_some_are_any_word_and_the_others_are_guessed(batch: Tensors):
    ids, swapped = swap(batch)
    chosen = batch["hidden"] != batch["input_ids"]
    assert torch.equal(swapped, ids != batch["input_ids"])
    assert not swapped[~chosen].any()
    drawn = batch["drawn"] > 0
    assert torch.equal(ids[chosen & drawn], batch["drawn"][chosen & drawn])
    assert float(drawn.float().mean()) == pytest.approx(ANY_WORD, abs=0.1)
    guesses = ids[chosen & ~drawn]
    assert len(guesses.unique()) > 3
    assert torch.equal(swap(batch)[0], ids)  # the batch holds all chance


def test_electra_is_the_same_encoder_by_another_name():
    config = AutoConfig.from_pretrained(MODELS / BASE)
    electra = as_electra(config)
    assert electra.model_type == "electra" and electra.embedding_size == electra.hidden_size == config.hidden_size
    assert (electra.num_hidden_layers, electra.vocab_size) == (config.num_hidden_layers, config.vocab_size)
