"""Texts compared by their vectors, each cosine beside those of unrelated pairs: what the page Similarity asks for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.provenance import Provenance, total_cost
from core.tasks.feature_extraction.schema import Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.text.spans import Span
from core.vectors.baseline import Baseline, embed, embed_layers, measure_baseline, measure_layers, stack
from core.vectors.corpus import Corpus
from core.vectors.duplicates import Duplicates, NearPair
from core.vectors.nearest import Hit, Vectors, nearest
from core.vectors.projection import Plane


@dataclass(frozen=True)
class JudgedPair:
    """The cosine of two texts, centred if the baseline is, beside those of unrelated pairs."""

    text_a: str
    text_b: str
    similarity: float
    baseline: Baseline
    provenance: Provenance


def judge_pair(
    engine: Engine, checkpoint: str, request: SentenceSimilarityRequest, *, centred: bool = False
) -> JudgedPair:
    """The pair as sentence-similarity has it, or after centring, with what unrelated pairs come to."""
    (result,) = engine.run("sentence-similarity", checkpoint, [request])
    baseline = measure_baseline(engine, checkpoint, request.pooling, request.layer, centred=centred)
    similarity = pair_similarity(engine, checkpoint, request, baseline)
    return JudgedPair(request.text_a, request.text_b, similarity, baseline, result.provenance)


def pair_similarity(engine: Engine, checkpoint: str, request: SentenceSimilarityRequest, baseline: Baseline) -> float:
    """The cosine of a pair, centred if the baseline is."""
    if not baseline.centred:
        (result,) = engine.run("sentence-similarity", checkpoint, [request])
        assert isinstance(result, SentenceSimilarityResult)
        return result.similarity
    vectors = embed(engine, checkpoint, [request.text_a, request.text_b], request.pooling, request.layer)
    first, second = baseline.prepare(stack(vectors))
    return float(first @ second)


@dataclass(frozen=True)
class LayerSweep:
    """A pair's cosine on every layer, (layers + 1,), embeddings first, by pooling, centred only under the one that was
    asked for; between `low` and `high` lie ninety of a hundred unrelated pairs under that one."""

    similarities: dict[Pooling, NDArray[np.float32]]
    low: NDArray[np.float32]
    high: NDArray[np.float32]


def sweep_layers(
    engine: Engine, checkpoint: str, request: SentenceSimilarityRequest, *, centred: bool = False
) -> LayerSweep:
    """The pair under every layer and pooling, from one pass; the unrelated pairs take another."""
    baselines = measure_layers(engine, checkpoint, request.pooling, centred=centred)
    poolings = (request.pooling,) if centred else get_args(Pooling)
    found = embed_layers(engine, checkpoint, [request.text_a, request.text_b], poolings)
    similarities = {}
    for pooling, pairs in zip(poolings, found, strict=True):  # (layers + 1, 2, hidden)
        prepared = [baseline.prepare(pair) for baseline, pair in zip(baselines, pairs, strict=True)]
        similarities[pooling] = np.array([a @ b for a, b in prepared], np.float32)
    low, high = (np.array([one.percentile(share) for one in baselines], np.float32) for share in (0.05, 0.95))
    return LayerSweep(similarities, low, high)


@dataclass(frozen=True)
class ComparedTexts:
    """Texts and their vectors, (texts, hidden), centred if the baseline is, of length one."""

    texts: tuple[str, ...]
    vectors: Vectors
    baseline: Baseline
    provenance: Provenance

    @property
    def similarities(self) -> NDArray[np.float32]:
        """The cosines of all with all, (texts, texts)."""
        return self.vectors @ self.vectors.T


def compare_texts(
    engine: Engine,
    checkpoint: str,
    texts: Sequence[str],
    pooling: Pooling = "mean",
    layer: int = -1,
    *,
    centred: bool = False,
) -> ComparedTexts:
    """All texts against all."""
    results = embed(engine, checkpoint, texts, pooling, layer)
    baseline = measure_baseline(engine, checkpoint, pooling, layer, centred=centred)
    cost = total_cost([result.provenance for result in results])
    return ComparedTexts(tuple(texts), baseline.prepare(stack(results)), baseline, cost)


@dataclass(frozen=True)
class Ranking:
    """`texts` by their cosine with `query`: `hits` point at them, best first; found in `search_ms` milliseconds."""

    query: str
    texts: tuple[str, ...]
    hits: tuple[Hit, ...]
    search_ms: float
    baseline: Baseline
    provenance: Provenance


def rank_texts(
    engine: Engine,
    checkpoint: str,
    query: str,
    texts: Sequence[str],
    pooling: Pooling = "mean",
    layer: int = -1,
    *,
    centred: bool = False,
) -> Ranking:
    """One text against many."""
    compared = compare_texts(engine, checkpoint, [query, *texts], pooling, layer, centred=centred)
    began = time.perf_counter()
    hits = nearest(compared.vectors[1:], compared.vectors[0], len(texts))
    spent = (time.perf_counter() - began) * 1000
    return Ranking(query, tuple(texts), tuple(hits), spent, compared.baseline, compared.provenance)


def search_corpus(
    engine: Engine, checkpoint: str, query: str, corpus: Corpus, most: int, *, centred: bool = False
) -> Ranking:
    """The `most` texts of a corpus that are nearest to the query; only the query goes through the model."""
    asked = compare_texts(engine, checkpoint, [query], *corpus.options, centred=centred)
    vectors, centre = corpus.vectors(checkpoint), asked.baseline.centre if centred else None
    began = time.perf_counter()
    hits = nearest(vectors, asked.vectors[0], most, centre)
    spent = (time.perf_counter() - began) * 1000
    return Ranking(query, corpus.texts, tuple(hits), spent, asked.baseline, asked.provenance)


@dataclass(frozen=True)
class TextPairs:
    """Duplicate and near-duplicate texts of a corpus: pairs by their places in `texts`, the most alike first."""

    texts: tuple[str, ...]
    numbers: tuple[int, ...]
    pairs: tuple[NearPair, ...]
    provenance: Provenance


def pairs_of(corpus: Corpus, checkpoint: str, found: Duplicates, numbers: Sequence[int]) -> TextPairs:
    """What a search for duplicates has found in a file whose texts stand in the rows `numbers`."""
    return TextPairs(corpus.texts, tuple(numbers), tuple(found.pairs()), corpus.provenance(checkpoint))


@dataclass(frozen=True)
class TextMap:
    """Texts of a corpus as points in a plane."""

    texts: tuple[str, ...]
    plane: Plane
    provenance: Provenance


def map_of(corpus: Corpus, checkpoint: str, plane: Plane) -> TextMap:
    """The map of a corpus that was laid out."""
    return TextMap(corpus.texts, plane, corpus.provenance(checkpoint))


@dataclass(frozen=True)
class WordPlaces:
    """One word in several texts: the `spans` where it stands, the cosines of all places with all on each layer,
    (layers + 1, places, places), embeddings first."""

    texts: tuple[str, ...]
    spans: tuple[Span, ...]
    similarities: NDArray[np.float32]
    provenance: Provenance


def compare_places(engine: Engine, checkpoint: str, word: str, texts: Sequence[str]) -> WordPlaces:
    """The first place of `word` in each text against those in all others."""
    results = engine.run("word-in-context", checkpoint, [WordInContextRequest(word, text) for text in texts])
    found = [result for result in results if isinstance(result, WordInContextResult)]
    vectors = np.stack([result.embeddings for result in found], 1)  # (layers + 1, places, hidden)
    vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    spans = tuple((result.start, result.end) for result in found)
    cost = total_cost([result.provenance for result in found])
    return WordPlaces(tuple(texts), spans, vectors @ vectors.transpose(0, 2, 1), cost)


SimilarityResult = JudgedPair | ComparedTexts | Ranking | TextPairs | TextMap | WordPlaces
