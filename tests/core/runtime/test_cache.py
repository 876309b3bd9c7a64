from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.checkpoints.catalog import Catalog
from core.errors import InputError, TaskNotSupportedError
from core.provenance import Provenance, Timing
from core.runtime.cache import CachedEngine, ResultCache, estimate_bytes
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest
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


CountJobs = Callable[[LocalEngine], list[int]]


def cached(engine: LocalEngine, megabytes: int = 20) -> CachedEngine:
    return CachedEngine(engine, ResultCache(megabytes * 1_000_000), engine.catalog)


def test_what_was_asked_before_is_not_asked_again(tiny_engine: LocalEngine, count_jobs: CountJobs) -> None:
    engine, jobs = cached(tiny_engine), count_jobs(tiny_engine)
    first, second = (FeatureExtractionRequest(text) for text in ("a cat", "a dog"))
    (before,) = engine.run("feature-extraction", "tiny_encoder", [first])
    results = engine.run("feature-extraction", "tiny_encoder", [second, first, second])
    assert jobs == [1, 1]
    assert [result.text for result in results] == ["a dog", "a cat", "a dog"]
    assert [result.provenance.cached for result in results] == [False, True, False]
    assert results[1].embedding is before.embedding
    assert not before.embedding.flags.writeable, "whoever changes it changes the cached result"


def test_other_weights_never_answer_from_the_cache(tiny_engine: LocalEngine, tiny_catalog: Catalog) -> None:
    newer = Catalog([replace(row, revision="2") for row in tiny_catalog])
    results = ResultCache(10_000_000)
    seen = []
    for engine in (tiny_engine, LocalEngine(tiny_engine.settings, newer)):
        for checkpoint in ("tiny_encoder", "tiny_masked_lm"):
            asked = CachedEngine(engine, results, engine.catalog)
            (result,) = asked.run("feature-extraction", checkpoint, [FeatureExtractionRequest("a cat")])
            assert not result.provenance.cached
            seen.append((result.provenance.checkpoint, result.provenance.revision))
    assert len(set(seen)) == len(seen) == 4


def test_an_error_leaves_nothing_of_itself_behind(tiny_engine: LocalEngine) -> None:
    engine = cached(tiny_engine)
    good, bad = FeatureExtractionRequest("a cat"), FeatureExtractionRequest("a cat", layer=99)
    for _ in range(2):
        with pytest.raises(InputError):
            engine.run("feature-extraction", "tiny_encoder", [good, bad])
        with pytest.raises(TaskNotSupportedError):
            engine.run("fill-mask", "tiny_encoder", [])


@pytest.mark.parametrize(("megabytes", "passes"), [(20, [1]), (0, [1, 1, 1])])
def test_parts_of_one_result_take_one_pass(
    tiny_engine: LocalEngine, count_jobs: CountJobs, megabytes: int, passes: list[int]
) -> None:
    engine, jobs = cached(tiny_engine, megabytes), count_jobs(tiny_engine)
    small = AttentionRequest("The cat sat.", cells=3)
    heads = [replace(small, cells=0, layer=1, head=head) for head in (1, 2)]
    (overview,) = engine.run("attention", "tiny_encoder", [small])
    both = [engine.run("attention", "tiny_encoder", [head])[0] for head in heads]
    assert jobs == passes
    (whole,) = tiny_engine.run("attention", "tiny_encoder", [AttentionRequest("The cat sat.")])
    assert overview.attentions.shape == (2, 4, 3, 3)
    for n, one in enumerate(both):
        np.testing.assert_allclose(one.attentions[0, 0], whole.attentions[0, n], atol=1e-3)
    with pytest.raises(InputError, match="There is no head 5"):
        engine.run("attention", "tiny_encoder", [replace(small, head=5)])


def test_parts_asked_together_take_one_pass(tiny_engine: LocalEngine, count_jobs: CountJobs) -> None:
    engine, jobs = cached(tiny_engine, 0), count_jobs(tiny_engine)
    engine.run("attention", "tiny_encoder", [AttentionRequest("The cat.", layer=n) for n in (1, 2)])
    assert jobs == [1]
