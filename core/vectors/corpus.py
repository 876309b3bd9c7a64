"""Many texts as vectors: embedded as a job, block by block, each block kept on disk for the next time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.catalog import Checkpoint
from core.engine import Engine, Library
from core.errors import PlaygroundError
from core.files.tables import Table
from core.jobs import State
from core.provenance import Provenance, Timing
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult, Pooling
from core.vectors.cache import VectorCache, content_key, open_vector_cache
from core.vectors.nearest import Vectors

BLOCK = 512  # texts that are kept together; a changed text spoils its block only


@dataclass(frozen=True)
class Indexing:
    """Embeds every text of a column with one checkpoint after the other: the work of a job, whose result is a Corpus.

    Blocks that the cache knows are taken from it; a run that was stopped goes on where it was.
    """

    checkpoints: tuple[str, ...]
    table: Table
    column: str
    pooling: Pooling = "mean"
    layer: int = -1

    @property
    def total(self) -> int:
        """Texts times checkpoints."""
        return len(self.table) * len(self.checkpoints)

    @property
    def asked(self) -> tuple[Any, ...]:
        """All that it was asked for, to be compared with what is wanted."""
        table = self.table
        return self.checkpoints, table.name, table.columns, table.rows, self.column, self.pooling, self.layer

    def run(self, engine: Engine, library: Library, state: State) -> None:
        """Every checkpoint: first what is known, then the rest."""
        texts = tuple(self.table.column(self.column))
        one = state.result = Corpus(texts, self.checkpoints, self.pooling, self.layer)
        cache = open_vector_cache()
        for checkpoint in self.checkpoints:
            status, row = engine.status(), library.catalog[checkpoint]
            keys = block_keys(one, row, status.dtype)
            one.models[checkpoint] = replace(row, owner="")
            one.costs[checkpoint] = Provenance(row.id, row.revision, status.dtype, status.device, 0, Timing())
            unknown = [n for n, key in enumerate(keys) if not recall(one, state, cache, checkpoint, n, key)]
            for n, vectors in embed(one, state, engine, checkpoint, unknown):
                put(one, checkpoint, n, vectors)
                if len(vectors) == len(block(one, n)) and vectors.any(1).all():  # whole, and nothing to be told again
                    cache.put(keys[n], vectors)
            state.size = self.table.size + sum(vectors.nbytes for vectors in one.found.values())


@dataclass(eq=False)
class Corpus:
    """Texts and their vectors. `from_disk`: how many vectors needed no model; `first_bad`: the place of the first text
    without a vector and why it has none."""

    texts: tuple[str, ...]
    checkpoints: tuple[str, ...]
    pooling: Pooling
    layer: int
    found: dict[str, Vectors] = field(default_factory=dict)
    models: dict[str, Checkpoint] = field(default_factory=dict)  # the rows: whoever reads this may not know them
    costs: dict[str, Provenance] = field(default_factory=dict)
    from_disk: int = 0
    first_bad: tuple[int, PlaygroundError] | None = None

    @property
    def options(self) -> tuple[Pooling, int]:
        """Pooling and layer."""
        return self.pooling, self.layer

    def provenance(self, checkpoint: str) -> Provenance:
        """What gave the vectors, without what it cost."""
        return self.costs[checkpoint]

    def vectors(self, checkpoint: str) -> Vectors:
        """(texts, hidden), each of length one; all zeros where there is none."""
        return self.found.get(checkpoint, np.zeros((len(self.texts), 1), np.float32))


def block(one: Corpus, n: int) -> tuple[str, ...]:
    """The texts of a block."""
    return one.texts[n * BLOCK : (n + 1) * BLOCK]


def block_keys(one: Corpus, row: Checkpoint, dtype: str) -> list[str]:
    """One key per block: everything its vectors depend on."""
    about = (row.id, row.revision, dtype, one.pooling, str(one.layer))
    return [content_key(*about, *block(one, n)) for n in range(-(-len(one.texts) // BLOCK))]


def recall(one: Corpus, state: State, cache: VectorCache, checkpoint: str, n: int, key: str) -> bool:
    """Whether the cache knew block `n`, which then is in its place."""
    size = len(block(one, n))
    vectors = cache.get(key, size)
    if vectors is None:
        return False
    put(one, checkpoint, n, vectors)
    one.from_disk += size
    state.done += size
    return True


def put(one: Corpus, checkpoint: str, n: int, vectors: Vectors) -> None:
    """Puts the vectors of block `n` where they belong."""
    if checkpoint not in one.found:
        one.found[checkpoint] = np.zeros((len(one.texts), vectors.shape[1]), np.float32)
    one.found[checkpoint][n * BLOCK : n * BLOCK + len(vectors)] = vectors


def embed(
    one: Corpus, state: State, engine: Engine, checkpoint: str, blocks: Sequence[int]
) -> Iterator[tuple[int, Vectors]]:
    """The vectors of each of these blocks, fewer of the last one once somebody says stop."""
    results = engine.stream("feature-extraction", checkpoint, requests(one, state, blocks), state.stop.is_set)
    for n in blocks:
        found: list[NDArray[np.float32] | None] = []
        for place, result in enumerate(islice(results, len(block(one, n))), n * BLOCK):
            found.append(result.embedding if isinstance(result, FeatureExtractionResult) else None)
            state.done += 1
            if isinstance(result, PlaygroundError):
                state.bad += 1
                one.first_bad = one.first_bad or (place, result)
        width = next((len(vector) for vector in found if vector is not None), 0)
        if width:
            yield n, np.stack([np.zeros(width, np.float32) if vector is None else vector for vector in found])


def requests(one: Corpus, state: State, blocks: Sequence[int]) -> Iterator[FeatureExtractionRequest]:
    """The request of each text; no more once somebody says stop."""
    for n in blocks:
        for text in block(one, n):
            if state.stop.is_set():
                return
            yield FeatureExtractionRequest(text, one.pooling, one.layer)
