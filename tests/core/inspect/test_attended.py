"""Attention as an explanation against the weights themselves."""

import numpy as np
import pytest

from core.inspect.attended import attended, rolled_out, segments_of
from core.inspect.choosing import choose
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest, AttentionResult

TEXT = "The unforgettable cast plays well."


def weights(engine: LocalEngine, checkpoint: str, request: AttentionRequest) -> AttentionResult:
    (result,) = engine.run("attention", checkpoint, [request])
    assert isinstance(result, AttentionResult)
    return result


def test_a_class_is_decided_at_the_first_token(float32_engine: LocalEngine) -> None:
    found = attended(
        float32_engine, "minilm-sentiment", choose(float32_engine, "minilm-sentiment", "text-classification", TEXT)
    )
    result = weights(float32_engine, "minilm-sentiment", AttentionRequest(TEXT))
    row = result.attentions[-1, :, 0].astype(np.float32).mean(0)
    for word in found.words:
        pieces = [n for n, (a, b) in enumerate(result.offsets) if a < word.end and b > word.start]
        assert word.effect == pytest.approx(float(row[pieces].sum()), abs=1e-5)
    assert len([n for n, (a, b) in enumerate(result.offsets) if 4 <= a < 17]) > 1, "a word of several pieces"


def test_a_fill_is_decided_at_its_gap(float32_engine: LocalEngine) -> None:
    text = "The capital of France is ___."
    asked = choose(float32_engine, "minilm-fill-mask", "fill-mask", text)
    found = attended(float32_engine, "minilm-fill-mask", asked)
    result = weights(float32_engine, "minilm-fill-mask", AttentionRequest(text.replace("___", "[MASK]")))
    row = result.attentions[-1, :, result.tokens.index("[MASK]")].astype(np.float32).mean(0)
    assert [found.texts["text"][w.start : w.end] for w in found.words] == ["The", "capital", "of", "France", "is"]
    np.testing.assert_allclose([word.effect for word in found.words], row[1:6], atol=1e-5)


def test_rollout_reads_the_same_row_of_all_layers(float32_engine: LocalEngine) -> None:
    asked = choose(float32_engine, "minilm-sentiment", "text-classification", "A dull film.")
    found = rolled_out(float32_engine, "minilm-sentiment", asked)
    result = weights(float32_engine, "minilm-sentiment", AttentionRequest("A dull film."))
    through = np.eye(len(result.tokens))
    for layer in result.attentions.astype(np.float64).mean(1):
        through = (0.5 * layer / layer.sum(-1, keepdims=True) + 0.5 * np.eye(len(layer))) @ through
    np.testing.assert_allclose([word.effect for word in found.words], through[0, 1:4], atol=1e-3)


def test_both_texts_of_a_pair_and_of_a_cosine_have_their_words(float32_engine: LocalEngine) -> None:
    for checkpoint, task in (("minilm-nli", "text-classification"), ("minilm", "sentence-similarity")):
        asked = choose(float32_engine, checkpoint, task, "It rains.", "The streets are wet.")
        found = attended(float32_engine, checkpoint, asked)
        assert [word.field for word in found.words].count(asked.fields[1]) == 4
        assert all(0 < word.effect < 1 for word in found.words)


def test_segments_are_counted_by_special_tokens() -> None:
    assert segments_of(((0, 0), (0, 2), (3, 4), (0, 0), (0, 0), (0, 3), (0, 0))) == [-1, 0, 0, -1, -1, 1, -1]
