"""The loss of where an answer starts and ends."""

from types import SimpleNamespace

import torch

from core.training.objectives.spans import span_loss

BATCH = {"attention_mask": torch.tensor([[1, 1, 1, 0]]), "labels": torch.tensor([[1, 2]])}


def loss(start: list[float], end: list[float]) -> float:
    output = SimpleNamespace(start_logits=torch.tensor([start]), end_logits=torch.tensor([end]))
    return float(span_loss(lambda **_: output, BATCH))


def test_it_is_the_mean_of_both_ends():
    right_start, right_end, wrong = [0.0, 20, 0, 0], [0.0, 0, 20, 0], [20.0, 0, 0, 0]
    assert loss(right_start, right_end) < 1e-6
    assert 9 < loss(right_start, wrong) < 11 < 19 < loss(wrong, wrong)


def test_padding_cannot_be_an_answer():
    assert loss([0.0, 20, 0, 99], [0.0, 0, 20, 99]) < 1e-6
