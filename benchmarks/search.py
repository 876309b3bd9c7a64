"""Search and duplicates among many vectors against what sentence-transformers and scikit-learn offer for them."""

import numpy as np
import torch
from sentence_transformers.util import paraphrase_mining_embeddings, semantic_search
from sklearn.neighbors import NearestNeighbors

from benchmarks.timing import Comparison, time_peers
from core.jobs import State
from core.vectors.baseline import of_length_one
from core.vectors.duplicates import DuplicateSearch
from core.vectors.nearest import nearest

HIDDEN = 384
HITS = 10
THRESHOLD = 0.9
SEED = 7


def make_vectors(count: int) -> np.ndarray:
    """Vectors of length one, (count, HIDDEN), one of a hundred a near copy of its neighbour."""
    rng = np.random.default_rng(SEED)
    vectors = rng.normal(size=(count, HIDDEN)).astype(np.float32)
    vectors[1::100] = vectors[0 : count - 1 : 100][: len(vectors[1::100])] + rng.normal(
        scale=0.2, size=vectors[1::100].shape
    )
    return of_length_one(vectors)


def search(*, vectors: int, rounds: int) -> Comparison:
    """The ten nearest of all, one query at a time."""
    corpus = make_vectors(vectors)
    query, tensor = corpus[0], torch.from_numpy(corpus)
    index = NearestNeighbors(n_neighbors=HITS, metric="cosine", algorithm="brute").fit(corpus)
    seconds, outputs = time_peers(
        {
            "nearest": lambda: [hit.place for hit in nearest(corpus, query, HITS)],
            "semantic_search": lambda: [
                hit["corpus_id"] for hit in semantic_search(torch.from_numpy(query), tensor, top_k=HITS)[0]
            ],
            "NearestNeighbors": lambda: index.kneighbors(query[None])[1][0].tolist(),
        },
        rounds=rounds,
    )
    same = all(output == outputs["nearest"] for output in outputs.values())
    note = f"among {vectors:,} vectors in {1000 * seconds['nearest']:.1f} ms; {'same' if same else 'OTHER'} hits"
    return Comparison("search", "queries", 1, seconds, note, 1)


def duplicates(*, vectors: int, rounds: int) -> Comparison:
    """Every pair over a threshold, all compared with all."""
    corpus = make_vectors(vectors)

    def ours() -> set[tuple[int, int]]:
        state = State(len(corpus))
        DuplicateSearch(corpus, THRESHOLD).run(None, None, state)
        return {(pair.first, pair.second) for pair in state.result.pairs()}

    def theirs() -> set[tuple[int, int]]:
        found = paraphrase_mining_embeddings(torch.from_numpy(corpus), top_k=5)
        return {(min(i, j), max(i, j)) for score, i, j in found if score >= THRESHOLD}

    seconds, outputs = time_peers({"Duplicates": ours, "paraphrase_mining_embeddings": theirs}, rounds=rounds)
    same = outputs["Duplicates"] == outputs["paraphrase_mining_embeddings"]
    note = f"{len(outputs['Duplicates']):,} pairs, {'the same' if same else 'OTHERS'} from both"
    return Comparison("duplicates", "vectors", vectors, seconds, note, 1)
