"""Fifteen in a hundred tokens are chosen: eight of ten hidden, one replaced, one kept; or whole words."""

import numpy as np
import pytest
import torch

from core.training.objectives.masked_lm import Masked, Masking, WholeWordMasking, masked_lm_loss
from core.training.windows import RunningWindows


def rows(text, tokenizer):
    windows = RunningWindows(text, tokenizer, width=128)
    return windows.ids(np.arange(windows.count))


def test_shares_of_hidden_replaced_and_kept_tokens(text, tokenizer):
    ids = rows(text, tokenizer)
    masked = Masking(tokenizer)(ids, np.random.default_rng(5))
    shown, true = masked.ids.reshape(-1)[masked.places], masked.answers
    ordinary = ~np.isin(ids, tokenizer.all_special_ids)
    assert abs(len(masked.places) / ordinary.sum() - 0.15) < 0.005
    hidden = (shown == tokenizer.mask_token_id).mean()
    replaced = ((shown != true) & (shown != tokenizer.mask_token_id)).mean()
    assert abs(hidden - 0.8) < 0.03 and abs(replaced - 0.1) < 0.03 and abs((shown == true).mean() - 0.1) < 0.03


def test_answers_are_what_stood_there_and_nothing_else_changes(text, tokenizer):
    ids = rows(text, tokenizer)
    masked = Masking(tokenizer)(ids, np.random.default_rng(5))
    np.testing.assert_array_equal(ids.reshape(-1)[masked.places], masked.answers)
    changed = np.flatnonzero(masked.ids != ids)
    assert np.isin(changed, masked.places).all()
    assert not np.isin(masked.answers, tokenizer.all_special_ids).any()
    assert not np.isin(masked.ids.reshape(-1)[masked.places], [tokenizer.sep_token_id]).any()


def test_every_row_has_something_to_guess(text, tokenizer):
    masked = Masking(tokenizer)(rows(text, tokenizer)[:, :5], np.random.default_rng(5))
    assert set(masked.places // 5) == set(range(len(masked.ids)))


@pytest.fixture
def whole_words(text, tokenizer):
    return WholeWordMasking(tokenizer, rate=0.22, random=0.0, keep=0.0)


def words_of(tokenizer, row):
    """The places of each word, the special tokens left out."""
    words = []
    for place, piece in enumerate(tokenizer.convert_ids_to_tokens(row)):
        if piece in tokenizer.all_special_tokens:
            words.append([])
        elif piece.startswith("##") and words[-1]:
            words[-1].append(place)
        else:
            words.append([place])
    return [word for word in words if word]


def test_words_are_hidden_with_all_their_pieces_or_not_at_all(text, tokenizer, whole_words):
    ids = rows(text, tokenizer)
    hidden = whole_words(ids, np.random.default_rng(5)).ids == tokenizer.mask_token_id
    words = [(row, word) for row in range(len(ids)) for word in words_of(tokenizer, ids[row])]
    assert sum(len(word) > 1 for _, word in words) > 100
    assert all(hidden[row, word].all() or not hidden[row, word].any() for row, word in words)


def test_the_share_of_hidden_tokens_is_the_rate_and_one_word_at_most_more(text, tokenizer, whole_words):
    ids = rows(text, tokenizer)
    chosen = whole_words.choose(ids, np.random.default_rng(5))
    assert not chosen[np.isin(ids, tokenizer.all_special_ids)].any()
    ordinary = (~np.isin(ids, tokenizer.all_special_ids)).sum(axis=1)
    longest = max(len(word) for row in ids for word in words_of(tokenizer, row))
    over = chosen.sum(axis=1) - np.rint(0.22 * ordinary)
    assert over.min() >= 0 and over.max() < longest


def test_punctuation_is_hidden_less_often(text, tokenizer, whole_words):
    ids = rows(text, tokenizer)
    chosen = whole_words.choose(ids, np.random.default_rng(5))
    stops = ids == tokenizer.convert_tokens_to_ids(".")
    assert chosen[stops].mean() < 0.5 * chosen[~stops].mean()


def test_the_loss_reads_the_hidden_tokens_alone():
    masked = Masked(np.array([[5, 4, 7], [4, 8, 9]]), np.array([1, 3]), np.array([6, 2]))
    hidden = torch.zeros(2, 3, 10)
    hidden[0, 1, 6], hidden[1, 0, 2] = 30.0, 30.0
    seen = []

    def decode(chosen: torch.Tensor) -> torch.Tensor:
        seen.append(chosen)
        return chosen

    batch = masked.tensors(token_type_ids=np.zeros((2, 3), np.int64))
    assert batch.keys() == {"input_ids", "places", "answers", "token_type_ids"}
    assert masked_lm_loss(hidden, decode, batch) < 1e-6
    assert seen[0].shape == (2, 10)
    assert masked_lm_loss(-hidden, decode, batch) > 30
