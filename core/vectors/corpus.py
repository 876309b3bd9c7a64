"""Many texts as vectors: embedded in the background, block by block, each block kept on disk for the next time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.background import Background, State
from core.engine import Engine
from core.errors import PlaygroundError
from core.provenance import Provenance, Timing
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult, Pooling
from core.vectors.cache import VectorCache, content_key
from core.vectors.nearest import Vectors

BLOCK = 512  # texts that are kept together; a changed text spoils its block only


@dataclass
class _Shelf(State):
    """The texts and what is known of them."""

    texts: tuple[str, ...] = field(kw_only=True)
    checkpoints: tuple[str, ...] = field(kw_only=True)
    pooling: Pooling = field(kw_only=True)
    layer: int = field(kw_only=True)
    vectors: dict[str, Vectors] = field(default_factory=dict)
    costs: dict[str, Provenance] = field(default_factory=dict)
    from_disk: int = 0
    first_bad: tuple[int, PlaygroundError] | None = None


class Corpus(Background):
    """Embeds every text with one checkpoint after the other, starting at once.

    Blocks that the cache knows are taken from it; a run that was stopped goes on where it was.
    """

    def __init__(
        self,
        engine: Engine,
        cache: VectorCache,
        checkpoints: Sequence[str],
        texts: Sequence[str],
        pooling: Pooling = "mean",
        layer: int = -1,
    ) -> None:
        self._shelf = _Shelf(
            len(texts) * len(checkpoints),
            texts=tuple(texts),
            checkpoints=tuple(checkpoints),
            pooling=pooling,
            layer=layer,
        )
        super().__init__(self._shelf, work, engine, cache)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts."""
        return self._shelf.texts

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Those that were asked for."""
        return self._shelf.checkpoints

    @property
    def options(self) -> tuple[Pooling, int]:
        """Pooling and layer."""
        return self._shelf.pooling, self._shelf.layer

    @property
    def from_disk(self) -> int:
        """How many vectors needed no model."""
        return self._shelf.from_disk

    @property
    def first_bad(self) -> tuple[int, PlaygroundError] | None:
        """The place of the first text without a vector and why it has none; None if all have one."""
        return self._shelf.first_bad

    def provenance(self, checkpoint: str) -> Provenance:
        """What gave the vectors, without what it cost."""
        return self._shelf.costs[checkpoint]

    def vectors(self, checkpoint: str) -> Vectors:
        """(texts, hidden), each of length one; all zeros where there is none, or none yet."""
        return self._shelf.vectors.get(checkpoint, np.zeros((len(self.texts), 1), np.float32))


def work(one: _Shelf, engine: Engine, cache: VectorCache) -> None:
    """Every checkpoint: first what is known, then the rest."""
    for checkpoint in one.checkpoints:
        keys = block_keys(one, engine, checkpoint)
        status, row = engine.status(), engine.catalog[checkpoint]
        one.costs[checkpoint] = Provenance(row.id, row.revision, status.dtype, status.device, 0, Timing())
        unknown = [n for n, key in enumerate(keys) if not recall(one, cache, checkpoint, n, key)]
        for n, vectors in embed(one, engine, checkpoint, unknown):
            put(one, checkpoint, n, vectors)
            if len(vectors) == len(block(one, n)) and vectors.any(1).all():  # whole, and nothing to be told again
                cache.put(keys[n], vectors)


def block(one: _Shelf, n: int) -> tuple[str, ...]:
    """The texts of a block."""
    return one.texts[n * BLOCK : (n + 1) * BLOCK]


def block_keys(one: _Shelf, engine: Engine, checkpoint: str) -> list[str]:
    """One key per block: everything its vectors depend on."""
    row, dtype = engine.catalog[checkpoint], engine.status().dtype
    about = (row.id, row.revision, dtype, one.pooling, str(one.layer))
    return [content_key(*about, *block(one, n)) for n in range(-(-len(one.texts) // BLOCK))]


def recall(one: _Shelf, cache: VectorCache, checkpoint: str, n: int, key: str) -> bool:
    """Whether the cache knew block `n`, which then is in its place."""
    size = len(block(one, n))
    vectors = cache.get(key, size)
    if vectors is None:
        return False
    put(one, checkpoint, n, vectors)
    one.from_disk += size
    one.done += size
    return True


def put(one: _Shelf, checkpoint: str, n: int, vectors: Vectors) -> None:
    """Puts the vectors of block `n` where they belong."""
    if checkpoint not in one.vectors:
        one.vectors[checkpoint] = np.zeros((len(one.texts), vectors.shape[1]), np.float32)
    one.vectors[checkpoint][n * BLOCK : n * BLOCK + len(vectors)] = vectors


def embed(one: _Shelf, engine: Engine, checkpoint: str, blocks: Sequence[int]) -> Iterator[tuple[int, Vectors]]:
    """The vectors of each of these blocks, fewer of the last one once somebody says stop."""
    results = engine.stream("feature-extraction", checkpoint, requests(one, blocks))
    for n in blocks:
        found: list[NDArray[np.float32] | None] = []
        for place, result in enumerate(islice(results, len(block(one, n))), n * BLOCK):
            found.append(result.embedding if isinstance(result, FeatureExtractionResult) else None)
            one.done += 1
            if isinstance(result, PlaygroundError):
                one.bad += 1
                one.first_bad = one.first_bad or (place, result)
        width = next((len(vector) for vector in found if vector is not None), 0)
        if width:
            yield n, np.stack([np.zeros(width, np.float32) if vector is None else vector for vector in found])


def requests(one: _Shelf, blocks: Sequence[int]) -> Iterator[FeatureExtractionRequest]:
    """The request of each text; no more once somebody says stop."""
    for n in blocks:
        for text in block(one, n):
            if one.stop.is_set():
                return
            yield FeatureExtractionRequest(text, one.pooling, one.layer)
