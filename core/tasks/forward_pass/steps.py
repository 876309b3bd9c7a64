"""The steps of one text: what the network gave at each, held against what the step before gives by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.tasks.forward_pass.by_hand import (
    Norm,
    Numbers,
    Product,
    by_distance,
    by_head,
    difference,
    joined,
    weights,
)
from core.tasks.forward_pass.schema import PassStep

DECODER_STEPS = 2  # of core/models/enhanced_mask_decoder.py
GivenNumbers = Mapping[str, Numbers]  # what the parts of a network gave for one text, by the name of the step


@dataclass(frozen=True)
class EmbeddingParts:
    """What is behind the sum of the embeddings. Where a `projection` makes the vectors as wide as the layers, it stands
    behind the norm (ELECTRA) or before it (DeBERTa)."""

    norm: Norm
    projection: Product | None
    projected_first: bool


@dataclass(frozen=True)
class Distances:
    """DeBERTa's vectors of distances, projected for one layer, (heads, distances, size): `keys` for content to
    position, `queries` for position to content, None where it has none; and which of them each query and key take,
    (2, query, key)."""

    keys: Numbers | None
    queries: Numbers | None
    places: NDArray[np.int64]


@dataclass(frozen=True)
class LayerParts:
    """The weights of a layer."""

    heads: int
    query: Product
    key: Product
    value: Product
    attention_output: Product
    attention_norm: Norm
    intermediate: Product
    activation: Callable[[Numbers], Numbers]
    output: Product
    output_norm: Norm
    distances: Distances | None
    in_one: bool = False  # whether one product of the network gives query, key and value

    @property
    def scale(self) -> float:
        """What scores are divided by: the root of the size of a head, times the number of terms added up."""
        terms = 1
        if self.distances:
            terms += (self.distances.keys is not None) + (self.distances.queries is not None)
        return sqrt(len(self.query.bias) // self.heads * terms)


@dataclass(frozen=True)
class HeadParts:
    """The weights of the head of a checkpoint: the `dense` product, activation and norm are not in every one."""

    dense: Product | None
    activation: Callable[[Numbers], Numbers]
    norm: Norm | None
    product: Product


def embedding_steps(seen: GivenNumbers, parts: EmbeddingParts) -> list[PassStep]:
    """From the ids to the state that goes into the first layer."""
    addends = [name for name in ("word", "position", "segment") if name in seen]
    steps = [PassStep(name, 0, False, seen[name]) for name in addends]
    total: Numbers = np.sum([seen[name] for name in addends], axis=0, dtype=np.float32)
    steps.append(PassStep("sum", 0, False, seen["sum"], difference(total, seen["sum"])))
    rest: list[tuple[str, Product | Norm]] = [("norm", parts.norm)]
    if parts.projection:
        rest.insert(0 if parts.projected_first else 1, ("projection", parts.projection))
    for name, part in rest:
        steps.append(PassStep(name, 0, False, seen[name], difference(part(steps[-1].values), seen[name])))
    return steps


def layer_steps(number: int, state: Numbers, seen: GivenNumbers, parts: LayerParts) -> list[PassStep]:
    """From the state that goes into this layer, (tokens, hidden), to the one that comes out, every head apart."""
    heads = parts.heads
    query, key, value = (by_head(seen[name], heads) for name in ("query", "key", "value"))
    steps = [
        PassStep("state", number, False, state),
        PassStep("query", number, True, query, difference(parts.query(state), seen["query"])),
        PassStep("key", number, True, key, difference(parts.key(state), seen["key"])),
        PassStep("value", number, True, value, difference(parts.value(state), seen["value"])),
    ]
    terms = score_terms(query, key, parts.distances)
    steps += [PassStep(name, number, True, found) for name, found in terms.items()]
    scaled = scaled_scores(terms, parts.scale)
    shares = seen["weights"]  # (heads, query, key)
    together = seen["joined"]
    attended, inner, written, last = (seen[one] for one in ("attention-output", "neurons", "output", "output-norm"))
    normed = seen["attention-norm"]
    return [
        *steps,
        PassStep("scaled", number, True, scaled),
        PassStep("weights", number, True, shares, difference(weights(scaled), shares)),
        PassStep("weighted", number, True, by_head(together, heads), difference(joined(shares @ value), together)),
        PassStep("joined", number, False, together, difference(joined(by_head(together, heads)), together)),
        PassStep("attention-output", number, False, attended, difference(parts.attention_output(together), attended)),
        PassStep("attention-norm", number, False, normed, difference(parts.attention_norm(attended + state), normed)),
        PassStep("neurons", number, False, inner, difference(parts.activation(parts.intermediate(normed)), inner)),
        PassStep("output", number, False, written, difference(parts.output(inner), written)),
        PassStep("output-norm", number, False, last, difference(parts.output_norm(written + normed), last)),
    ]


def scaled_scores(terms: Mapping[str, Numbers], scale: float) -> Numbers:
    """The terms added up, over the scale."""
    return np.asarray(np.sum(list(terms.values()), axis=0) / scale, dtype=np.float32)


def score_terms(query: Numbers, key: Numbers, distances: Distances | None) -> dict[str, Numbers]:
    """What is added up to the scores, each (heads, query, key)."""
    count = query.shape[1]
    found = {"scores": query @ key.swapaxes(-1, -2)}
    if distances and distances.keys is not None:
        found["to-position"] = by_distance(query, distances.keys, distances.places[0][:count, :count])
    if distances and distances.queries is not None:
        turned = by_distance(key, distances.queries, distances.places[1][:count, :count])  # (heads, key, query)
        found["from-position"] = np.ascontiguousarray(turned.swapaxes(-1, -2))
    return found


def applied(parts: LayerParts, state: Numbers, queries: Numbers) -> Numbers:
    """What a layer makes of queries, (tokens, hidden), that look at a state which is not their own."""
    query, key, value = (
        by_head(product(x), parts.heads)
        for product, x in ((parts.query, queries), (parts.key, state), (parts.value, state))
    )
    shares = weights(scaled_scores(score_terms(query, key, parts.distances), parts.scale))
    normed = parts.attention_norm(parts.attention_output(joined(shares @ value)) + queries)
    return parts.output_norm(parts.output(parts.activation(parts.intermediate(normed))) + normed)


def decoder_step(layer: int, before: Numbers, positions: Numbers, given: Numbers, parts: LayerParts) -> PassStep:
    """The end of a DeBERTa that predicts words: its last layer twice, on the state `before` it, with queries that know
    their absolute positions."""
    queries = before + positions
    for _ in range(DECODER_STEPS):
        queries = applied(parts, before, queries)
    return PassStep("decoder", layer, False, given, difference(queries, given))


def head_steps(layer: int, state: Numbers, seen: GivenNumbers, parts: HeadParts) -> list[PassStep]:
    """From the last state to what the last product of the head reads: nothing where that is the state itself."""
    read, steps = seen["read"], []
    error = difference(state[: len(read)], read)
    if parts.dense:
        found = parts.activation(parts.dense(read))
        features = parts.norm(found) if parts.norm else found
        steps.append(
            PassStep("features", layer, False, seen["features"], max(error, difference(features, seen["features"])))
        )
    return steps
