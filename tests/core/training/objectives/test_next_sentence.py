"""Half of the second segments follow the first, the others are from another document; the labels say which."""

import numpy as np
import pytest
import torch

from core.training.objectives.next_sentence import PairWindows, next_sentence_loss


def test_half_of_the_pairs_follow_one_another_in_the_text(text, tokenizer):
    windows = PairWindows(text, tokenizer, width=128)
    elsewhere = []
    for number in range(windows.count):
        pair = windows.pair(number, np.random.default_rng(number))
        first, second = contents(pair, tokenizer)
        start = windows.starts[number]
        together = text.tokens[start : start + 125]
        assert len(pair.ids) == len(pair.segments) == 128
        np.testing.assert_array_equal(first, together[: len(first)])
        assert np.array_equal(second, together[len(first) :]) != pair.elsewhere
        elsewhere.append(pair.elsewhere)
    assert 0.4 < np.mean(elsewhere) < 0.6


def contents(pair, tokenizer):
    """The tokens of the two segments without special tokens."""
    parts = [pair.ids[pair.segments == n] for n in (0, 1)]
    assert parts[0][0] == tokenizer.cls_token_id
    assert parts[0][-1] == parts[1][-1] == tokenizer.sep_token_id
    return parts[0][1:-1], parts[1][:-1]


def test_the_text_of_a_pair_stays_in_its_document(text, tokenizer):
    windows = PairWindows(text, tokenizer, width=128)
    for number in range(windows.count):
        pair = windows.pair(number, np.random.default_rng(number))
        for part in contents(pair, tokenizer):
            assert tokenizer.sep_token_id not in part


def test_the_loss_is_that_of_the_label():
    logits = torch.tensor([[20.0, -20.0], [20.0, -20.0]])
    assert float(next_sentence_loss(logits, torch.tensor([0, 0]))) == pytest.approx(0, abs=1e-6)
    assert float(next_sentence_loss(logits, torch.tensor([0, 1]))) == pytest.approx(20)
