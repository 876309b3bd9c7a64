from dataclasses import replace

import numpy as np
import pytest

from core.provenance import Provenance, Timing
from core.runtime.cache import ResultCache, estimate_bytes
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult

PROVENANCE = Provenance("minilm", "1", "float32", "cpu", 3, Timing())


def vector(numbers: int) -> FeatureExtractionResult:
    return FeatureExtractionResult("a", np.zeros(numbers, dtype=np.float32), PROVENANCE)


def test_what_was_put_is_got() -> None:
    cache, result = ResultCache(10_000), vector(10)
    assert cache.get("a") is None
    cache.put("a", result)
    assert cache.get("a") is result
    assert cache.get("b") is None


def test_the_least_recently_used_leaves_first() -> None:
    cache = ResultCache(3 * estimate_bytes(("a", vector(100))))
    for name in "abc":
        cache.put(name, vector(100))
    cache.get("a")
    cache.put("d", vector(100))
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    assert cache.used_bytes <= cache.budget_bytes


def test_a_second_put_replaces_the_first_and_counts_once() -> None:
    cache = ResultCache(100_000)
    cache.put("a", vector(1_000))
    cache.put("a", vector(10))
    found = cache.get("a")
    assert isinstance(found, FeatureExtractionResult)
    assert found.embedding.size == 10
    assert cache.used_bytes == estimate_bytes(("a", vector(10)))


def test_what_exceeds_the_budget_alone_drives_nothing_out() -> None:
    cache = ResultCache(5_000)
    cache.put("a", vector(100))
    cache.put("b", vector(10_000))
    assert cache.get("a")
    assert not cache.get("b")


def test_a_budget_of_nothing_keeps_nothing() -> None:
    cache = ResultCache(0)
    cache.put("a", vector(1))
    assert cache.get("a") is None
    assert cache.used_bytes == 0


@pytest.mark.parametrize("text", ["a" * 40_000, "é" * 40_000, "🍕" * 40_000])
def test_texts_of_results_and_keys_count(text: str) -> None:
    result = replace(vector(1), text=text)
    assert estimate_bytes(result) >= len(text.encode())
    assert estimate_bytes((FeatureExtractionRequest(text), vector(1))) >= len(text.encode())
