"""Which weights change and by how much, and that fp32 masters keep what bf16 would lose."""

import copy

import pytest
import torch
from torch import nn

from core.training.optimizer import MasterWeights, Optimizer


def learn(optimizer: Optimizer, times: int = 1, factor: float = 1.0) -> torch.Tensor:
    for _ in range(times):
        dtype = next(optimizer.network.parameters()).dtype
        (optimizer.network(torch.ones(4, 3, dtype=dtype)).float() - 5).square().mean().backward()
        optimizer.collect()
        norm = optimizer.step(factor)
    return norm


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))


def test_frozen_weights_stay_and_the_others_move_by_the_rate(network: nn.Module):
    network[0].requires_grad_(False)
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    optimizer = Optimizer(network, learning_rate=0.1)
    assert set(optimizer.weights) == {"1.weight", "1.bias"}
    norm = learn(optimizer, factor=0.5)
    assert norm > 1  # before it was clipped
    assert torch.equal(network[0].weight, before["0.weight"])
    moved = (network[1].bias - before["1.bias"]).abs()
    torch.testing.assert_close(moved, torch.full((2,), 0.05))  # Adam's first step is the rate itself


@pytest.mark.parametrize(("vectors_decay", "expected"), [(False, 0.0), (True, 0.01)])
def test_matrices_decay_and_biases_only_if_asked_for(network: nn.Module, vectors_decay: bool, expected: float):
    adam = Optimizer(network, learning_rate=0.1, vectors_decay=vectors_decay).adam
    decay = {weight.ndim: group["weight_decay"] for group in adam.param_groups for weight in group["params"]}
    assert decay == {2: 0.01, 1: expected}


def test_masters_keep_steps_that_bf16_would_round_away(network: nn.Module):
    with torch.no_grad():
        network[1].bias.fill_(1.0)
    optimizer = MasterWeights(network, learning_rate=1e-4)
    assert network[1].bias.dtype == torch.bfloat16
    learn(optimizer)
    assert network[1].bias.tolist() == [1.0, 1.0]
    assert optimizer.weights["1.bias"].tolist() == pytest.approx([1.0001] * 2, abs=1e-6)
    learn(optimizer, times=60)
    assert all(bias > 1.0 for bias in network[1].bias.tolist())
    optimizer.unround()
    assert torch.equal(network[1].bias, optimizer.weights["1.bias"])


def test_gradients_of_several_passes_are_added_in_fp32(network: nn.Module):
    optimizer = MasterWeights(network, learning_rate=1e-4)
    for _ in range(512):
        (network(torch.ones(1, 3, dtype=torch.bfloat16)).sum() / 512).backward()
        optimizer.collect()
    assert optimizer.weights["1.bias"].grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", [Optimizer, MasterWeights])
def test_a_restored_optimiser_goes_on_as_the_first(network: nn.Module, kind: type[Optimizer]):
    first = kind(network, learning_rate=0.01)
    learn(first, times=3)
    state = copy.deepcopy(first.state())
    other = kind(nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2)), learning_rate=0.01)
    other.restore(state)
    for optimizer in (first, other):
        learn(optimizer, times=2)
    assert all(torch.equal(first.weights[name], other.weights[name]) for name in first.weights)
