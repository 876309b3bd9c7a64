"""The products of a network once more, in numpy: what each step gives by its formula, to be held against the network.

Vaswani et al. 2017, arxiv.org/abs/1706.03762, section 3; for DeBERTa He et al. 2020, arxiv.org/abs/2006.03654, the same
section.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, softmax

Numbers = NDArray[np.float32]
ACTIVATIONS: dict[str, Callable[[Numbers], Numbers]] = {
    "": lambda x: x,
    "gelu": lambda x: np.asarray(x * 0.5 * (1 + erf(x / np.sqrt(np.float32(2)))), dtype=np.float32),
    "relu": lambda x: np.maximum(x, 0),
    "tanh": lambda x: np.asarray(np.tanh(x), dtype=np.float32),
}


@dataclass(frozen=True)
class Product:
    """A matrix (out, in) and what is added behind it, (out,)."""

    weight: Numbers
    bias: Numbers

    def __call__(self, x: Numbers) -> Numbers:
        """(…, in) -> (…, out)"""
        found: Numbers = x @ self.weight.T + self.bias
        return found


@dataclass(frozen=True)
class Norm:
    """Layer normalisation: mean 0 and variance 1 over the numbers of a token, then times `weight` plus `bias`."""

    weight: Numbers
    bias: Numbers
    eps: float

    def __call__(self, x: Numbers) -> Numbers:
        """(…, width) -> (…, width)"""
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(-1, keepdims=True) + np.float32(self.eps))
        found: Numbers = centred / spread * self.weight + self.bias
        return found


def by_head(x: Numbers, heads: int) -> Numbers:
    """(tokens, heads · size) -> (heads, tokens, size)"""
    return np.ascontiguousarray(x.reshape(len(x), heads, -1).swapaxes(0, 1))


def joined(x: Numbers) -> Numbers:
    """(heads, tokens, size) -> (tokens, heads · size)"""
    return np.ascontiguousarray(x.swapaxes(0, 1)).reshape(x.shape[1], -1)


def thirds(x: Numbers, heads: int) -> Numbers:
    """Query, key and value of each head in turn, (heads · 3 · size, …) -> all queries, all keys and all values,
    (3, heads · size, …)"""
    size = len(x) // (3 * heads)
    return np.ascontiguousarray(x.reshape(heads, 3, size, -1).swapaxes(0, 1)).reshape(3, heads * size, -1)


def weights(scores: Numbers) -> Numbers:
    """Scores, (heads, query, key), as shares that add up to one in each row."""
    return np.asarray(softmax(scores, axis=-1), dtype=np.float32)


def by_distance(x: Numbers, vectors: Numbers, places: NDArray[np.int64]) -> Numbers:
    """Of each token its product with the vector of the distance to each other one: (heads, tokens, size) with (heads,
    distances, size), at places (tokens, tokens) -> (heads, tokens, tokens)."""
    products = x @ vectors.swapaxes(-1, -2)  # (heads, tokens, distances)
    return np.take_along_axis(products, np.broadcast_to(places, (len(x), *places.shape)), -1)


def difference(found: Numbers, wanted: Numbers) -> float:
    """The largest difference between two arrays of one shape."""
    assert found.shape == wanted.shape, f"{found.shape} is not {wanted.shape}"
    return float(np.abs(found - wanted).max(initial=0.0))
