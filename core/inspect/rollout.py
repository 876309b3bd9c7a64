"""Attention through all layers: how much each token on top rests on each token at the bottom.

Abnar & Zuidema 2020, Quantifying Attention Flow in Transformers, arxiv.org/abs/2005.00928.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from core.errors import InputError
from core.inspect.attention import HeadWeights, normalised

MOST_TOKENS = 32  # for flow: it takes one maximum flow for each pair of tokens
UNIT = 1_000_000  # of capacity, in whole numbers: a weight of one


def layers_with_residual(attentions: NDArray[np.float16]) -> HeadWeights:
    """The mean of the heads of each layer, half of it, and half of the token itself, which goes past attention;
    (layers, heads, query, key) -> (layers, query, key)."""
    means = normalised(attentions.mean(1, dtype=np.float32))
    return np.asarray(0.5 * means + 0.5 * np.eye(means.shape[-1], dtype=np.float32))


def rollout(attentions: NDArray[np.float16]) -> HeadWeights:
    """The layers multiplied, each row sums to one: (layers, heads, query, key) -> (query, key)."""
    first, *others = layers_with_residual(attentions)
    for layer in others:
        first = layer @ first
    return np.asarray(first, dtype=np.float32)


def flow(attentions: NDArray[np.float16]) -> HeadWeights:
    """The greatest flow from each token on top to each one at the bottom, where a link lets its weight through;
    (layers, heads, query, key) -> (query, key), each row divided by its sum. InputError over MOST_TOKENS tokens."""
    layers = layers_with_residual(attentions)
    tokens = layers.shape[-1]
    if tokens > MOST_TOKENS:
        message = f"The text has {tokens} tokens; flow is computed for up to {MOST_TOKENS}."
        raise InputError(message, "It takes a maximum flow for each pair of tokens. Shorten the text or use rollout.")
    network = _network(layers)
    top = len(layers) * tokens
    flows = [[maximum_flow(network, top + query, key).flow_value for key in range(tokens)] for query in range(tokens)]
    return normalised(np.asarray(flows, dtype=np.float32))


def _network(layers: HeadWeights) -> csr_array:
    """Capacities between the tokens of all layers: from token q above layer n, (n + 1) · tokens + q, to token k below
    it, n · tokens + k."""
    count, tokens, _ = layers.shape
    above, query, key = np.indices(layers.shape).reshape(3, -1)
    capacities = np.rint(UNIT * layers.reshape(-1)).astype(np.int32)
    size = (count + 1) * tokens
    return csr_array((capacities, ((above + 1) * tokens + query, above * tokens + key)), shape=(size, size))
