"""How far apart the attention of the same heads lies."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon

from core.agreement.basis import Agreement, everybody, listed, moved, plain, unmarked
from core.results import AttentionResult

SAME = 0.005  # bits


def comparable(results: Sequence[AttentionResult]) -> bool:
    """Whether the results have the same tokens and as many heads."""
    first = results[0]
    return all(r.tokens == first.tokens and r.attentions.shape == first.attentions.shape for r in results)


def divergences(a: AttentionResult, b: AttentionResult) -> NDArray[np.float32]:
    """The Jensen-Shannon divergence of each head's distributions, mean over its tokens, in bits (0 same, 1 nothing in
    common); (layers, heads). Lin 1991, Divergence Measures Based on the Shannon Entropy."""
    layers = [
        jensenshannon(one.astype(np.float32), other.astype(np.float32), base=2, axis=-1)  # (heads, query)
        for one, other in zip(a.attentions, b.attentions, strict=True)
    ]
    return np.asarray(np.square(np.nan_to_num(layers)).mean(-1), dtype=np.float32)


def widest(results: Sequence[AttentionResult]) -> NDArray[np.float32]:
    """For each head the largest divergence between any two results."""
    pairs = [divergences(a, b) for a, b in combinations(results, 2)]
    return np.asarray(np.max(pairs, axis=0), dtype=np.float32)


def most_different(found: NDArray[np.float32], most: int = 3) -> list[tuple[int, int]]:
    """The heads with the largest values as (layer, head), counted from 1."""
    order = np.argsort(-found, axis=None, kind="stable")[:most]
    return [(int(n) // found.shape[1] + 1, int(n) % found.shape[1] + 1) for n in order]


def named(heads: Sequence[tuple[int, int]]) -> str:
    """Heads in words."""
    return listed(f"layer {layer} head {head}" for layer, head in heads)


def agreement(results: Sequence[AttentionResult]) -> Agreement:
    """The mean divergence over all heads and the heads that differ most, which are odd. A key is (layer, head)."""
    if not comparable(results):
        sentence = "Their tokens or their heads are not the same, so that heads cannot be laid side by side."
        return Agreement(sentence, None, unmarked(results))
    found = widest(results)
    mean, most = float(found.mean()), most_different(found)
    if mean < SAME:
        return Agreement(f"{everybody(len(results))} look the same way in every head.", 1 - mean, unmarked(results))
    sentence = (
        f"The heads differ by {plain(mean)} bits in the mean (0 same, 1 nothing in common), most in {named(most)}."
    )
    return Agreement(sentence, 1 - mean, (frozenset(most),) * len(results))


def change(before: AttentionResult, after: AttentionResult) -> Agreement:
    """The heads whose attention changes most; of texts with different tokens, their weight on the first token."""
    if comparable((before, after)) or before.attentions.shape[:2] != after.attentions.shape[:2]:
        return agreement((before, after))
    old, new = (result.attentions[..., 0].astype(np.float32).mean(-1) for result in (before, after))
    (layer, head), *_ = most = most_different(np.abs(new - old))
    weight = moved("its weight on the first token", float(old[layer - 1, head - 1]), float(new[layer - 1, head - 1]))
    sentence = f"The tokens differ. Of the heads, layer {layer} head {head} changes most: {weight}."
    return Agreement(sentence, None, (frozenset(most),) * 2)
