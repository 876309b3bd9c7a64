"""Rollout and flow against their formulas, written out, and networkx."""

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import InputError
from core.inspect.rollout import flow, rollout


@pytest.fixture
def attentions() -> NDArray[np.float16]:
    random = np.random.default_rng(3)
    return random.dirichlet(np.full(5, 0.3), size=(3, 4, 5)).astype(np.float16)  # (layers, heads, query, key)


def with_residual(attentions: NDArray[np.float16]) -> list[list[list[float]]]:
    """0.5 · mean of the heads + 0.5 · identity, each row divided by its sum."""
    layers = []
    for heads in attentions.astype(float):
        mean = sum(heads) / len(heads)
        layers.append([[0.5 * w / sum(row) + 0.5 * (q == k) for k, w in enumerate(row)] for q, row in enumerate(mean)])
    return layers


def test_rollout_is_the_product_of_the_layers(attentions: NDArray[np.float16]) -> None:
    one, two, three = (np.array(layer) for layer in with_residual(attentions))
    np.testing.assert_allclose(rollout(attentions), three @ two @ one, atol=1e-6)
    np.testing.assert_allclose(rollout(attentions).sum(-1), 1, atol=1e-6)


def test_flow_is_that_of_networkx(attentions: NDArray[np.float16]) -> None:
    graph = nx.DiGraph()
    for n, layer in enumerate(with_residual(attentions)):
        for query, row in enumerate(layer):
            for key, weight in enumerate(row):
                graph.add_edge((n + 1, query), (n, key), capacity=weight)
    flows = [[nx.maximum_flow_value(graph, (3, query), (0, key)) for key in range(5)] for query in range(5)]
    wanted = np.array(flows) / np.sum(flows, axis=1, keepdims=True)
    np.testing.assert_allclose(flow(attentions), wanted, atol=1e-5)


def test_flow_of_a_long_text_is_refused() -> None:
    with pytest.raises(InputError, match="has 33 tokens; flow is computed for up to 32"):
        flow(np.full((1, 1, 33, 33), 1 / 33, dtype=np.float16))
