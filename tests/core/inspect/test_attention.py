"""Tables of attention: words, special tokens, mixes, against sums written out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from core.inspect.attention import SPECIAL, Mix, Specials, mix, segments_of, table
from core.models.tokenizer import SHOWN_BLANK
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest, AttentionResult

TEXTS = "The philharmonic plays.", "Zürich listens!"


@pytest.fixture(scope="module")
def pair(float32_engine: LocalEngine) -> AttentionResult:
    (result,) = float32_engine.run("attention", "minilm", [AttentionRequest(*TEXTS)])
    assert isinstance(result, AttentionResult)
    return result


def test_words_sum_what_is_attended_to_and_average_what_attends(pair: AttentionResult) -> None:
    weights = pair.attentions[2, 4].astype(np.float32)
    found = table(pair, weights, TEXTS, words=True)
    words = ("[CLS]", "The", "philharmonic", "plays", ".", "[SEP]", "Zürich", "listens", "!", "[SEP]")
    assert found.labels == words
    assert found.segments == (SPECIAL, 0, 0, 0, 0, SPECIAL, 1, 1, 1, SPECIAL)
    pieces: list[list[int]] = []
    for n, label in enumerate(pair.labels):
        if label.startswith("##"):
            pieces[-1].append(n)
        else:
            pieces.append([n])
    assert max(map(len, pieces)) > 1
    for row, queries in enumerate(pieces):
        for column, keys in enumerate(pieces):
            by_hand = sum(float(weights[q, k]) for q in queries for k in keys) / len(queries)
            assert found.weights[row, column] == pytest.approx(by_hand, abs=1e-6)
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=2e-3)


def test_special_tokens_are_shown_hidden_or_left_out_of_the_sum(pair: AttentionResult) -> None:
    weights = pair.attentions[:, 0].astype(np.float32)  # three axes work, too
    kept = [n for n, token in enumerate(pair.tokens) if token not in ("[CLS]", "[SEP]")]
    hidden = table(pair, weights, TEXTS, specials=Specials.HIDE)
    np.testing.assert_array_equal(hidden.weights, weights[:, kept][:, :, kept])
    assert SPECIAL not in hidden.segments
    again = table(pair, weights, TEXTS, specials=Specials.RENORMALISE)
    np.testing.assert_allclose(again.weights, hidden.weights / hidden.weights.sum(-1, keepdims=True), rtol=1e-5)
    assert table(pair, weights, TEXTS).labels == pair.labels


def test_heads_are_mixed_by_mean_or_maximum(pair: AttentionResult) -> None:
    heads = pair.attentions[1:3]
    np.testing.assert_allclose(mix(heads), heads.astype(float).mean((0, 1)), atol=1e-5)
    np.testing.assert_array_equal(mix(heads, Mix.MAX), heads.max((0, 1)))


@pytest.mark.parametrize("checkpoint", ["mini-roberta", "mini-deberta"])
def test_other_tokenizers_give_the_same_words(float32_engine: LocalEngine, checkpoint: str) -> None:
    (result,) = float32_engine.run("attention", checkpoint, [AttentionRequest(*TEXTS)])
    found = table(result, mix(result.attentions), TEXTS, words=True, specials=Specials.RENORMALISE)
    words = ["The", "philharmonic", "plays", ".", "Zürich", "listens", "!"]
    assert [label for label in found.labels if label != SHOWN_BLANK] == words
    assert {0, 1} == set(found.segments)
    assert segments_of(result)[0] == SPECIAL


def test_one_text_attends_to_the_other(pair: AttentionResult) -> None:
    found = table(pair, mix(pair.attentions), TEXTS, words=True)
    part = found.between(0, 1)
    assert part.query_labels == ("The", "philharmonic", "plays", ".")
    assert part.labels == ("Zürich", "listens", "!")
    np.testing.assert_array_equal(part.weights, found.weights[1:5, 6:9])


def test_a_text_may_begin_without_a_special_token(pair: AttentionResult) -> None:
    offsets = ((0, 3), (0, 0), (0, 2), (2, 4))
    assert segments_of(replace(pair, offsets=offsets)) == (0, SPECIAL, 1, 1)
