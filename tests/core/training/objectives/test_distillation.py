"""What a student is taught costs nothing where it is met."""

import pytest
import torch

from core.training.objectives.distillation import cosine_loss, soft_loss


def test_soft_targets_cost_nothing_where_they_are_met():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    assert soft_loss(logits, logits + 3, temperature=2.0) == pytest.approx(0, abs=1e-6)
    assert soft_loss(logits, -logits, temperature=2.0) > 0.5


def test_only_the_direction_of_hidden_states_is_taught():
    states = torch.tensor([[[1.0, 2.0], [0.0, 3.0]]])
    assert cosine_loss(states, 2 * states) == pytest.approx(0, abs=1e-6)
    assert cosine_loss(states, -states) == pytest.approx(2)
