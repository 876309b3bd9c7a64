"""How deep weights lie, and what learns how fast and when."""

import pytest
import torch

from core.training.depth import Thaw, depths, rate_of_depth
from tests.families import tiny_model


@pytest.mark.parametrize("family", ["bert", "distilbert", "albert", "deberta-v2"])
def test_depths_rise_from_the_embeddings_to_the_head(family: str) -> None:
    model = tiny_model(family, "sequence-classification")
    found, top = depths(model), model.config.num_hidden_layers + 1
    assert found.keys() == dict(model.named_parameters()).keys()
    assert found[next(name for name in found if "word_embeddings" in name)] == 0
    assert {depth for name, depth in found.items() if "classifier" in name or "pooler" in name} == {top}
    inner = {depth for name, depth in found.items() if ".layer." in name or "albert_layers" in name}
    assert inner == ({top - 1} if family == "albert" else set(range(1, top)))


def test_each_layer_learns_slower_than_the_one_above() -> None:
    assert [rate_of_depth(depth, 6, 0.5) for depth in (7, 6, 5, 0)] == [1, 0.5, 0.25, 0.5**7]
    assert rate_of_depth(0, 6, 1.0) == 1


def test_layers_join_from_the_top_over_the_first_half() -> None:
    weights = [(torch.nn.Parameter(torch.zeros(1)), depth) for depth in range(4)]  # two layers
    thaw = Thaw(weights, layers=2, steps=60)
    learning = []
    for step in range(60):
        thaw(step)
        learning.append([weight.requires_grad for weight, _ in weights])
    assert learning[0] == [False, False, False, True]
    assert learning[10] == [False, False, True, True]
    assert learning[20] == [False, True, True, True]
    assert learning[30] == learning[59] == [True] * 4
