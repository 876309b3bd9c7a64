"""What counts as replaced, how samples are drawn, and how a discriminator is scored."""

import numpy as np
import pytest
import torch

from core.training.objectives.replaced_token import detection_loss, detection_scores, filled_in, sample, with_dice


def test_a_token_counts_as_replaced_where_the_sample_is_not_the_true_one():
    batch = {
        "input_ids": torch.tensor([[2, 4, 7, 4, 3]]),
        "places": torch.tensor([1, 3]),
        "answers": torch.tensor([6, 5]),
    }
    logits = torch.full((2, 9), -50.0)
    logits[:, 6] = 0
    ids, replaced = filled_in(batch | {"dice": torch.tensor([0.3, 0.9])}, logits)
    assert ids.tolist() == [[2, 6, 7, 6, 3]]
    assert replaced.tolist() == [[False, False, False, True, False]]
    assert batch["input_ids"].tolist() == [[2, 4, 7, 4, 3]]


def test_samples_follow_the_distribution():
    logits = torch.tensor([0.1, 0.6, 0.3]).log().expand(3000, 3)
    batch = with_dice({"places": torch.arange(3000)}, np.random.default_rng(2))
    shares = torch.bincount(sample(logits, batch["dice"]), minlength=3) / 3000
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.6, 0.3]), atol=0.03, rtol=0)


def test_the_loss_is_small_where_the_replaced_are_found():
    replaced = torch.tensor([[True, False]])
    assert float(detection_loss(torch.tensor([[9.0, -9.0]]), replaced)) == pytest.approx(0, abs=1e-3)
    assert float(detection_loss(torch.tensor([[-9.0, -9.0]]), replaced)) == pytest.approx(4.5, abs=1e-3)


def test_scores_of_detection():
    found, replaced = torch.tensor([True, True, False, False]), torch.tensor([True, False, True, False])
    assert detection_scores(found, replaced) == {"detection_accuracy": 0.5, "detection_f1": 0.5}
