"""The bundled sentences, and how a cosine stands among their pairs."""

from collections import Counter

import numpy as np
import pytest

from core.runtime.local import LocalEngine
from core.vectors.baseline import (
    Baseline,
    embed,
    load_sentences,
    measure_baseline,
    of_length_one,
    stack,
)


def test_sentences_are_many_and_spread_over_topics() -> None:
    topics = Counter(topic for _, topic in load_sentences())
    assert len(topics) == 12
    assert set(topics.values()) == {20}
    assert len({text for text, _ in load_sentences()}) == 240


@pytest.mark.parametrize("centred", [False, True])
def test_pairs_are_those_of_different_topics(float32_engine: LocalEngine, centred: bool) -> None:
    one = measure_baseline(float32_engine, "minilm", centred=centred)
    texts = [text for text, _ in load_sentences()]
    vectors = stack(embed(float32_engine, "minilm", texts)).astype(float)
    if centred:
        vectors -= vectors.mean(0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    topics = [topic for _, topic in load_sentences()]
    wanted = [vectors[i] @ vectors[j] for i in range(240) for j in range(i) if topics[i] != topics[j]]
    np.testing.assert_allclose(one.cosines, np.sort(wanted), atol=1e-5)


def test_unrelated_sentences_look_alike_to_a_tagger_until_they_are_centred(engine: LocalEngine) -> None:
    sentence_encoder, tagger = (measure_baseline(engine, name).percentile(0.5) for name in ("minilm", "minilm-ner"))
    assert sentence_encoder < 0.2
    assert tagger > 0.8
    assert abs(measure_baseline(engine, "minilm-ner", centred=True).percentile(0.5)) < 0.2


def test_a_cosine_has_its_place_among_them() -> None:
    one = Baseline(np.array([0.1, 0.2, 0.3, 0.4], np.float32), np.zeros(2, np.float32), False)
    assert [one.share_below(value) for value in (-1, 0.25, 1)] == [0, 0.5, 1]
    assert one.percentile(0.5) == pytest.approx(0.25)


def test_prepared_vectors_are_centred_and_of_length_one() -> None:
    one = Baseline(np.zeros(1, np.float32), np.array([1, 0], np.float32), True)
    np.testing.assert_allclose(one.prepare(np.array([[1, 2], [4, 4]], np.float32)), [[0, 1], [0.6, 0.8]], atol=1e-6)
    np.testing.assert_array_equal(of_length_one(np.zeros((1, 2), np.float32)), [[0, 0]])
