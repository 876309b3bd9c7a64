"""Windows have one length, pairs their labels, and the order of windows is a pure function of seed and step."""

import numpy as np

from recipes.pretraining.windows import PairWindows, RunningWindows, SentenceWindows, WindowOrder


def test_running_windows_follow_one_another(corpus):
    windows = RunningWindows(corpus.train, corpus.tokenizer)
    ids = windows.ids(np.array([0, 1]))
    assert ids.shape == (2, 128)
    assert (ids[:, 0] == corpus.tokenizer.cls_token_id).all() and (ids[:, -1] == corpus.tokenizer.sep_token_id).all()
    np.testing.assert_array_equal(ids[:, 1:-1].reshape(-1), corpus.train.tokens[:252])


def test_half_of_the_pairs_follow_one_another_in_the_text(corpus):
    windows = PairWindows(corpus.train, corpus.tokenizer)
    elsewhere = []
    for number in range(windows.count):
        pair = windows.pair(number, np.random.default_rng(number))
        first, second = contents(pair, corpus.tokenizer)
        start = windows.starts[number]
        together = corpus.train.tokens[start : start + 125]
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


def test_the_text_of_a_pair_stays_in_its_document(corpus):
    windows = PairWindows(corpus.train, corpus.tokenizer)
    for number in range(windows.count):
        pair = windows.pair(number, np.random.default_rng(number))
        for part in contents(pair, corpus.tokenizer):
            assert corpus.tokenizer.sep_token_id not in part


def test_sentences_of_a_draw_are_whole_and_of_one_length(corpus):
    windows = SentenceWindows(corpus.train, corpus.tokenizer)
    for seed in range(5):
        numbers, ids = windows.draw(512, np.random.default_rng(seed))
        assert 256 < ids.size <= 512
        assert (ids[:, -2] == corpus.tokenizer.convert_tokens_to_ids(".")).all()
        assert ids[0, 1] == corpus.train.tokens[corpus.train.sentences[numbers[0]]]


def test_every_epoch_has_each_window_once_in_an_order_of_its_own():
    order = WindowOrder(40, rows=8, seed=1)
    epochs = [np.concatenate([order.numbers(step) for step in range(n * 5, n * 5 + 5)]) for n in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(40))
    assert epochs[0].tolist() != epochs[1].tolist()
    np.testing.assert_array_equal(WindowOrder(40, rows=8, seed=1).numbers(7), order.numbers(7))
