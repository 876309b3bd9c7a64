"""Fifteen in a hundred tokens are chosen: eight of ten hidden, one replaced, one kept; or whole words."""

import numpy as np
import pytest

from recipes.pretraining.masking import Masking, WholeWordMasking
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


@pytest.fixture
def whole_words(corpus):
    return WholeWordMasking(corpus.tokenizer, rate=0.22, random=0.0, keep=0.0)


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


def test_words_are_hidden_with_all_their_pieces_or_not_at_all(corpus, whole_words):
    ids = rows(corpus)
    hidden = whole_words(ids, np.random.default_rng(5)).ids == corpus.tokenizer.mask_token_id
    words = [(row, word) for row in range(len(ids)) for word in words_of(corpus.tokenizer, ids[row])]
    assert sum(len(word) > 1 for _, word in words) > 100
    assert all(hidden[row, word].all() or not hidden[row, word].any() for row, word in words)


def test_the_share_of_hidden_tokens_is_the_rate_and_one_word_at_most_more(corpus, whole_words):
    ids = rows(corpus)
    chosen = whole_words.choose(ids, np.random.default_rng(5))
    assert not chosen[np.isin(ids, corpus.tokenizer.all_special_ids)].any()
    ordinary = (~np.isin(ids, corpus.tokenizer.all_special_ids)).sum(axis=1)
    longest = max(len(word) for row in ids for word in words_of(corpus.tokenizer, row))
    over = chosen.sum(axis=1) - np.rint(0.22 * ordinary)
    assert over.min() >= 0 and over.max() < longest


def test_punctuation_is_hidden_less_often(corpus, whole_words):
    ids = rows(corpus)
    chosen = whole_words.choose(ids, np.random.default_rng(5))
    stops = ids == corpus.tokenizer.convert_tokens_to_ids(".")
    assert chosen[stops].mean() < 0.5 * chosen[~stops].mean()
