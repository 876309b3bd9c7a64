"""Vectors of words from those of their pieces, trained and untrained, whatever the tokenizer."""

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.words import SpannedText, with_words, word_states
from core.runtime.local import LocalEngine
from core.tasks.hidden_states.schema import HiddenStatesRequest

TEXTS = ("Ada met the glockenspielers.", "It rained.")


@pytest.mark.parametrize("checkpoint", ["minilm", "mini-roberta"])
def test_a_word_is_the_mean_of_its_pieces(float32_engine: LocalEngine, checkpoint: str) -> None:
    found = word_states(float32_engine, checkpoint, [with_words(text) for text in TEXTS])
    assert list(zip(found.texts.tolist(), found.words.tolist(), strict=True)) == [
        *((0, n) for n in range(4)),
        *((1, n) for n in range(2)),
    ]
    (result,) = float32_engine.run("hidden-states", checkpoint, [HiddenStatesRequest(TEXTS[0])])
    start = TEXTS[0].index("glock")
    inside = [n for n, (s, e) in enumerate(result.offsets) if start <= s < e < len(TEXTS[0])]
    assert len(inside) > 1
    np.testing.assert_allclose(found.states[:, 3], result.states[:, inside].mean(1), atol=1e-4)


def test_an_untrained_network_gives_other_vectors_of_the_same_words(float32_engine: LocalEngine) -> None:
    sentences = [with_words(text) for text in TEXTS]
    one, other = (word_states(float32_engine, "mini-distilbert", sentences, untrained=way) for way in (False, True))
    assert one.states.shape == other.states.shape
    assert not np.allclose(one.states, other.states, atol=0.1)


def test_words_behind_the_context_are_missing_and_progress_is_told(tiny_engine: LocalEngine) -> None:
    told: list[int] = []
    sentences = [with_words("cat " * 600), with_words("two cats")]
    found = word_states(tiny_engine, "tiny_encoder", sentences, counted=told.append)
    assert np.bincount(found.texts).tolist() == [510, 2]
    assert told == [1, 2]


@pytest.mark.parametrize(
    ("sentences", "message"),
    [([SpannedText("a", ((0, 1),) * 12_001)], "12,001 words"), ([SpannedText("a b", ())], "no word")],
)
def test_bad_sentences_are_refused(tiny_engine: LocalEngine, sentences: list[SpannedText], message: str) -> None:
    with pytest.raises(InputError, match=message):
        word_states(tiny_engine, "tiny_encoder", sentences)
