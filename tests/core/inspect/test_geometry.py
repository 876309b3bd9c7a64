"""Anisotropy, self-similarity and alignment against their formulas on small matrices."""

from itertools import combinations

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.geometry import (
    default_texts,
    explained_variance,
    largest_dimensions,
    layer_cka,
    mean_cosine,
    measure_geometry,
    texts_of,
)
from core.inspect.words import WordStates
from tests.core.comparison.test_cka import centred_grams

TEXTS = texts_of(["The cat sat.", "", "A cat ran; the cat ran far.", "My cat and the dog"])


def states(layers: int = 3, width: int = 6, seed: int = 0) -> WordStates:
    pairs = [(n, word) for n, one in enumerate(TEXTS) for word in range(len(one.spans))]
    found = np.random.default_rng(seed).normal(loc=0.4, size=(layers, len(pairs), width)).astype(np.float32)
    return WordStates(found, np.array([text for text, _ in pairs]), np.array([word for _, word in pairs]))


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_anisotropy_is_the_mean_cosine_of_words_of_different_texts() -> None:
    found = states()
    pairs = [(a, b) for a, b in combinations(range(len(found.texts)), 2) if found.texts[a] != found.texts[b]]
    for layer in found.states.astype(float):
        expected = np.mean([cosine(layer[a], layer[b]) for a, b in pairs])
        assert mean_cosine(layer, found.texts) == pytest.approx(expected)


def test_the_largest_dimensions_are_those_that_cosines_come_from() -> None:
    vectors = np.random.default_rng(1).normal(size=(200, 8))
    vectors[:, 5] += 30
    vectors[:, 2] -= 10
    assert largest_dimensions(vectors)[:2] == [5, 2]
    assert mean_cosine(np.delete(vectors, [5, 2], axis=1), np.arange(200)) == pytest.approx(0, abs=0.02)


def test_a_word_is_compared_between_its_texts() -> None:
    found = states()
    geometry = measure_geometry("a", found, TEXTS, ["cat", "The"])
    cat, the = geometry.words
    assert (cat.text, cat.count, the.text, the.count) == ("cat", 3, "the", 3)
    places = [1, 4, 11]  # of the second text the first “cat” alone
    spans = [TEXTS[found.texts[n]].spans[found.words[n]] for n in places]
    assert [TEXTS[found.texts[n]].text[a:b] for n, (a, b) in zip(places, spans, strict=True)] == ["cat"] * 3
    for layer, value in zip(found.states.astype(float), cat.similarity, strict=True):
        expected = np.mean([cosine(layer[a], layer[b]) for a, b in combinations(places, 2)])
        assert value == pytest.approx(expected)
    for layer, value, left_out in zip(found.states, cat.without, geometry.dimensions, strict=True):
        rest = np.delete(layer.astype(float), left_out, axis=1)
        assert value == pytest.approx(np.mean([cosine(rest[a], rest[b]) for a, b in combinations(places, 2)]))
    assert geometry.mean_similarity()[0] == pytest.approx((cat.similarity[0] + the.similarity[0]) / 2)


def test_one_vector_explains_all_of_what_lies_on_a_line() -> None:
    line = np.outer([1, 2, -3], [1.0, 2.0, 2.0])
    assert explained_variance(line) == pytest.approx(1)
    assert explained_variance(np.eye(4)) == pytest.approx(1 / 4)


def test_a_word_in_one_text_has_nothing_to_be_compared_with() -> None:
    with pytest.raises(InputError, match="“dog” stands in only one text"):
        measure_geometry("a", states(), TEXTS, ["dog"])
    with pytest.raises(InputError, match="“moon” stands in no text"):
        measure_geometry("a", states(), TEXTS, ["moon"])
    assert measure_geometry("a", states(), TEXTS).words == ()


def test_layers_are_aligned_on_the_words_that_both_have() -> None:
    a, b = states(3), states(2, 9, 5)
    cut = WordStates(b.states[:, 2:], b.texts[2:], b.words[2:])
    found = layer_cka(a, cut)
    assert found.shape == (3, 2)
    left, right = centred_grams(a.states[1, 2:].astype(float)), centred_grams(b.states[0, 2:].astype(float))
    expected = (left * right).sum() / (np.linalg.norm(left) * np.linalg.norm(right))
    assert found[1, 0] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(np.diag(layer_cka(a, a)), 1)
    assert not np.allclose(layer_cka(a, cut, without=True), found)


def test_the_texts_of_our_own_have_enough_words() -> None:
    assert sum(len(one.spans) for one in default_texts()) > 2000
