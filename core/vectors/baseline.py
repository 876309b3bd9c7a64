"""How similar unrelated sentences are for a checkpoint, as a baseline for its cosines.

A contextual encoder may put all its vectors into a narrow cone, so any two texts look alike (Ethayarajh 2019,
arxiv.org/abs/1909.00512); taking the mean vector away, centring, undoes most of that.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.paths import ROOT
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult, Pooling
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult
from core.vectors.nearest import Vectors

SENTENCES = ROOT / "assets" / "sentences.csv"  # our own, twenty on each of twelve topics


@dataclass(frozen=True)
class Baseline:
    """The cosines of all pairs of bundled sentences on different topics, ascending; `centre` is the mean, (hidden,)."""

    cosines: NDArray[np.float32]
    centre: NDArray[np.float32]
    centred: bool

    def share_below(self, similarity: float) -> float:
        """The share of unrelated pairs that are less alike than this."""
        return float(np.searchsorted(self.cosines, similarity) / len(self.cosines))

    def percentile(self, share: float) -> float:
        """The cosine below which this share, in [0, 1], of unrelated pairs lies."""
        return float(np.quantile(self.cosines, share))

    def prepare(self, vectors: Vectors) -> Vectors:
        """Vectors, (..., hidden), as this baseline compares them: centred if it is, and of length one."""
        return of_length_one(vectors - self.centre) if self.centred else of_length_one(vectors)


@cache
def load_sentences() -> tuple[tuple[str, str], ...]:
    """The bundled sentences, each with its topic."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return tuple((row["text"], row["topic"]) for row in csv.DictReader(file))


def measure_baseline(
    engine: Engine, checkpoint: str, pooling: Pooling = "mean", layer: int = -1, *, centred: bool = False
) -> Baseline:
    """The baseline of a checkpoint under `pooling` of `layer`; the engine remembers the vectors."""
    vectors = stack(embed(engine, checkpoint, [text for text, _ in load_sentences()], pooling, layer))
    return baseline_of(vectors, centred=centred)


def measure_layers(
    engine: Engine, checkpoint: str, pooling: Pooling = "mean", *, centred: bool = False
) -> list[Baseline]:
    """The baseline on every layer, embeddings first, from one pass over the sentences."""
    (vectors,) = embed_layers(engine, checkpoint, [text for text, _ in load_sentences()], [pooling])
    return [baseline_of(layer, centred=centred) for layer in vectors]


def baseline_of(vectors: Vectors, *, centred: bool) -> Baseline:
    """The baseline that the vectors of the bundled sentences give, (sentences, hidden)."""
    centre = vectors.mean(0)
    prepared = of_length_one(vectors - centre) if centred else vectors
    topics = np.array([topic for _, topic in load_sentences()])
    unrelated = np.triu(topics[:, None] != topics)  # each pair once
    return Baseline(np.sort((prepared @ prepared.T)[unrelated]), centre, centred)


def embed(
    engine: Engine, checkpoint: str, texts: Sequence[str], pooling: Pooling = "mean", layer: int = -1
) -> list[FeatureExtractionResult]:
    """The vectors of texts, each of length one."""
    results = engine.run("feature-extraction", checkpoint, [FeatureExtractionRequest(t, pooling, layer) for t in texts])
    return [result for result in results if isinstance(result, FeatureExtractionResult)]


def embed_layers(engine: Engine, checkpoint: str, texts: Sequence[str], poolings: Sequence[Pooling]) -> Vectors:
    """The vectors of texts on every layer, each of length one, (poolings, layers + 1, texts, hidden), from one pass.

    The engine pools them: the states of single tokens would take ten times the room in its cache."""
    requests = [HiddenStatesRequest(text, poolings=tuple(poolings)) for text in texts]
    results = engine.run("hidden-states", checkpoint, requests)
    states = np.stack([result.states for result in results if isinstance(result, HiddenStatesResult)], 2)
    return of_length_one(states.swapaxes(0, 1))  # from (layers + 1, poolings, texts, hidden)


def stack(results: Sequence[FeatureExtractionResult]) -> Vectors:
    """The vectors as rows, (texts, hidden)."""
    return np.stack([result.embedding for result in results])


def of_length_one(vectors: Vectors) -> Vectors:
    """Each row over its length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
