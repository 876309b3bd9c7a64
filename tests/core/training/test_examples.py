"""Sequences of different lengths in one batch."""

import numpy as np
from transformers import PreTrainedTokenizerBase

from core.training.examples import IGNORED, Example, Sequences, model_inputs, room, segments

RNG = np.random.default_rng(0)


def test_rows_are_padded_to_the_longest_of_the_batch():
    sequences = Sequences(
        [Example([2, 7, 3], [0, 0, 0], [1, 4, 1]), Example([2, 3], [0, 1], [5]), Example([2] * 9, (), ())]
    )
    assert sequences.lengths.tolist() == [3, 2, 9]
    batch = sequences.collate(np.array([0, 1]), RNG)
    assert batch["input_ids"].tolist() == [[2, 7, 3], [2, 3, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0], [0, 1, 0]]
    assert batch["labels"].tolist() == [[1, 4, 1], [5, IGNORED, IGNORED]]
    assert model_inputs(batch).keys() == {"input_ids", "attention_mask", "token_type_ids"}


def test_a_network_without_segments_gets_none():
    assert "token_type_ids" not in Sequences([Example([2, 3], (), (0,))]).collate(np.array([0]), RNG)


def test_no_example_is_longer_than_the_network_reads(tokenizer: PreTrainedTokenizerBase):
    assert (room(tokenizer, 400), room(tokenizer, 64)) == (128, 64)
    encoded = tokenizer(["One lantern.", "Two."])
    assert [len(types) for types in segments(encoded)] == [len(ids) for ids in encoded["input_ids"]]
    del encoded["token_type_ids"]
    assert segments(encoded) == [(), ()]
