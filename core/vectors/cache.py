"""Vectors on disk, found again by the content that they were made of. The texts themselves are never written."""

import sqlite3
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from diskcache import Cache, Disk, Timeout
from diskcache.core import MODE_PICKLE

from core.settings import load_settings
from core.vectors.nearest import Vectors

POLICY = {"eviction_policy": "least-recently-used", "cull_limit": 2}  # at most so many go for each that comes


class RawDisk(Disk):  # type: ignore[misc]  # diskcache has no types
    """Bytes only: a pickle that somebody put into the folder is not opened."""

    def fetch(self, mode: int, filename: str, value: Any, read: bool) -> Any:
        """What was stored, or None for a pickle."""
        return None if mode == MODE_PICKLE else super().fetch(mode, filename, value, read)


class VectorCache:
    """Blocks of vectors by key; the least recently used go when the folder holds over `budget_bytes`.

    A folder that cannot be written, or a budget of none, means that nothing is kept: never an error.
    """

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        self._cache: Cache | None = None
        if budget_bytes:
            with suppress(OSError, sqlite3.Error):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._cache = Cache(str(folder), size_limit=budget_bytes, disk=RawDisk, **POLICY)

    def get(self, key: str, rows: int) -> Vectors | None:
        """The vectors under `key`, (rows, hidden), or None."""
        with suppress(OSError, sqlite3.Error, Timeout):
            found = self._cache.get(key) if self._cache is not None else None
            if isinstance(found, bytes) and len(found) and len(found) % (4 * rows) == 0:
                return np.frombuffer(found, dtype="<f4").reshape(rows, -1).astype(np.float32)
        return None

    def put(self, key: str, vectors: Vectors) -> None:
        """Keeps the vectors, if the disk lets it."""
        with suppress(OSError, sqlite3.Error, Timeout):
            if self._cache is not None:
                self._cache.set(key, np.ascontiguousarray(vectors, dtype="<f4").tobytes())


def content_key(*parts: str) -> str:
    """A key for these texts in this order; where one ends and the next begins counts."""
    digest = sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


@cache
def open_vector_cache() -> VectorCache:
    """The cache of this process, in the operator's folder."""
    settings = load_settings()
    return VectorCache(settings.cache_folder.expanduser() / "vectors", settings.disk_cache_mb * 1_000_000)
