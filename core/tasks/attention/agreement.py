"""How far apart the attention of the same heads lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon

from core.comparison.agreement import Agreement, everybody, listed, moved, plain, unmarked
from core.tasks.attention.schema import AttentionResult

SAME = 0.005  # bits


@dataclass(frozen=True)
class HeadsAgreement(Agreement):
    """With the divergences that it rests on, each (layers, heads), by the places of two results that are comparable."""

    divergences: Mapping[tuple[int, int], NDArray[np.float32]]

    def between(self, one: int, other: int) -> NDArray[np.float32] | None:
        """The divergence of each head of two results; None if they are not comparable."""
        return self.divergences.get((min(one, other), max(one, other)))


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


def in_pairs(results: Sequence[AttentionResult]) -> dict[tuple[int, int], NDArray[np.float32]]:
    """The divergences of every two results that are comparable, by their places, the earlier one first."""
    pairs = combinations(enumerate(results), 2)
    return {(n, m): divergences(one, other) for (n, one), (m, other) in pairs if comparable((one, other))}


def most_different(found: NDArray[np.float32], most: int = 3) -> list[tuple[int, int]]:
    """The heads with the largest values as (layer, head), counted from 1."""
    order = np.argsort(-found, axis=None, kind="stable")[:most]
    return [(int(n) // found.shape[1] + 1, int(n) % found.shape[1] + 1) for n in order]


def named(heads: Sequence[tuple[int, int]]) -> str:
    """Heads in words."""
    return listed(f"layer {layer} head {head}" for layer, head in heads)


def agreement(results: Sequence[AttentionResult]) -> HeadsAgreement:
    """The mean divergence over all heads and the heads that differ most, which are odd. A key is (layer, head)."""
    by_pair = in_pairs(results)
    if not comparable(results):
        sentence = "Their tokens or heads are not the same, so the heads cannot be compared."
        return HeadsAgreement(sentence, None, unmarked(results), by_pair)
    found = np.asarray(np.max(list(by_pair.values()), axis=0), dtype=np.float32)  # the widest of each head
    mean, most = float(found.mean()), most_different(found)
    if mean < SAME:
        sentence = f"{everybody(len(results))} attend the same way in every head."
        return HeadsAgreement(sentence, 1 - mean, unmarked(results), by_pair)
    sentence = (
        f"The heads differ by {plain(mean)} bits on average (0 same, 1 nothing in common), most in {named(most)}."
    )
    return HeadsAgreement(sentence, 1 - mean, (frozenset(most),) * len(results), by_pair)


def change(before: AttentionResult, after: AttentionResult) -> HeadsAgreement:
    """The heads whose attention changes most; of texts with different tokens, their weight on the first token."""
    if comparable((before, after)) or before.attentions.shape[:2] != after.attentions.shape[:2]:
        return agreement((before, after))
    old, new = (result.attentions[..., 0].astype(np.float32).mean(-1) for result in (before, after))
    (layer, head), *_ = most = most_different(np.abs(new - old))
    weight = moved("its weight on the first token", float(old[layer - 1, head - 1]), float(new[layer - 1, head - 1]))
    sentence = f"The tokens differ. Layer {layer} head {head} changes most: {weight}."
    return HeadsAgreement(sentence, None, (frozenset(most),) * 2, {})
