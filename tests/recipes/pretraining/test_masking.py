"""Fifteen in a hundred tokens are chosen: eight of ten hidden, one replaced, one kept."""

import numpy as np

from recipes.pretraining.masking import Masking
from recipes.pretraining.windows import RunningWindows


def rows(corpus):
    windows = RunningWindows(corpus.train, corpus.tokenizer)
    return windows.ids(np.arange(windows.count))


def test_shares_of_hidden_replaced_and_kept_tokens(corpus):
    ids = rows(corpus)
    masked = Masking(corpus.tokenizer)(ids, np.random.default_rng(5))
    shown, true = masked.ids.reshape(-1)[masked.places], masked.answers
    ordinary = ~np.isin(ids, corpus.tokenizer.all_special_ids)
    assert abs(len(masked.places) / ordinary.sum() - 0.15) < 0.005
    hidden = (shown == corpus.tokenizer.mask_token_id).mean()
    replaced = ((shown != true) & (shown != corpus.tokenizer.mask_token_id)).mean()
    assert abs(hidden - 0.8) < 0.03 and abs(replaced - 0.1) < 0.03 and abs((shown == true).mean() - 0.1) < 0.03


def test_answers_are_what_stood_there_and_nothing_else_changes(corpus):
    ids = rows(corpus)
    masked = Masking(corpus.tokenizer)(ids, np.random.default_rng(5))
    np.testing.assert_array_equal(ids.reshape(-1)[masked.places], masked.answers)
    changed = np.flatnonzero(masked.ids != ids)
    assert np.isin(changed, masked.places).all()
    assert not np.isin(masked.answers, corpus.tokenizer.all_special_ids).any()
    assert not np.isin(masked.ids.reshape(-1)[masked.places], [corpus.tokenizer.sep_token_id]).any()


def test_every_row_has_something_to_guess(corpus):
    masked = Masking(corpus.tokenizer)(rows(corpus)[:, :5], np.random.default_rng(5))
    assert set(masked.places // 5) == set(range(len(masked.ids)))
