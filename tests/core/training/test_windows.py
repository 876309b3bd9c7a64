"""Windows have one length and follow the text; drawn sentences are whole."""

import numpy as np

from core.training.windows import RunningWindows, SentenceWindows


def test_running_windows_follow_one_another(text, tokenizer):
    windows = RunningWindows(text, tokenizer, width=128)
    ids = windows.ids(np.array([0, 1]))
    assert ids.shape == (2, 128)
    assert (ids[:, 0] == tokenizer.cls_token_id).all() and (ids[:, -1] == tokenizer.sep_token_id).all()
    np.testing.assert_array_equal(ids[:, 1:-1].reshape(-1), text.tokens[:252])


def test_sentences_of_a_draw_are_whole_and_of_one_length(text, tokenizer):
    windows = SentenceWindows(text, tokenizer, shortest=8, longest=62)
    for seed in range(5):
        numbers, ids = windows.draw(512, np.random.default_rng(seed))
        assert 256 < ids.size <= 512
        assert (ids[:, -2] == tokenizer.convert_tokens_to_ids(".")).all()
        assert ids[0, 1] == text.tokens[text.sentences[numbers[0]]]
