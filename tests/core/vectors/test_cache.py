"""Vectors on disk: found by content, never a pickle, never an error."""

from pathlib import Path

import numpy as np
from diskcache import Cache

from core.vectors.cache import VectorCache, content_key

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_what_was_put_is_found_again_by_another_process(tmp_path: Path) -> None:
    VectorCache(tmp_path, 10**7).put("key", VECTORS)
    found = VectorCache(tmp_path, 10**7).get("key", 3)
    assert found is not None
    np.testing.assert_array_equal(found, VECTORS)
    assert found.flags.writeable


def test_unknown_keys_and_other_sizes_are_not_found(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 10**7)
    cache.put("key", VECTORS)
    assert cache.get("other", 3) is None
    assert cache.get("key", 5) is None


def test_the_folder_stays_within_its_budget(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 2_000_000)
    for n in range(40):
        cache.put(f"key {n}", np.full((100, 500), n, np.float32))  # 200 kB each
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) < 3_000_000
    assert cache.get("key 39", 100) is not None
    assert cache.get("key 0", 100) is None


def test_no_budget_or_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for cache in (VectorCache(tmp_path / "none", 0), VectorCache(tmp_path / "file" / "below", 10**7)):
        cache.put("key", VECTORS)
        assert cache.get("key", 3) is None


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    with Cache(str(tmp_path)) as plain:
        plain.set("key", {"a": "pickle"})
    assert VectorCache(tmp_path, 10**7).get("key", 3) is None


def test_the_key_tells_where_one_text_ends() -> None:
    keys = [content_key(*parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("c", "ab"), ("ab", "c", ""))]
    assert len(set(keys)) == len(keys)
    assert content_key("\ud83d")
