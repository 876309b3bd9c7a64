"""Cross-entropy of classes, also of a label that leaves it open which of some classes is right."""

from types import SimpleNamespace

import pytest
import torch

from core.training.examples import IGNORED
from core.training.objectives.classification import class_loss, cross_entropy


def test_each_row_has_one_class():
    logits = torch.tensor([[0.0, 3.0], [3.0, 0.0]])
    model = lambda **inputs: SimpleNamespace(logits=logits) if inputs.keys() == {"input_ids"} else None  # noqa: E731
    batch = {"input_ids": torch.ones(2, 1), "labels": torch.tensor([[1], [0]])}
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([1, 0]))
    torch.testing.assert_close(class_loss(model, batch), expected)


def test_either_of_two_classes_costs_nothing_where_the_model_is_sure_of_one():
    logits = torch.tensor([[-20.0, 20.0, -20.0]])
    open_label = torch.tensor([3])
    assert cross_entropy(logits, open_label, either=(1, 2)) < 1e-6
    assert cross_entropy(logits, open_label, either=(0, 2)) > 30
    evenly = cross_entropy(torch.zeros(1, 3), open_label, either=(0, 2))
    assert float(evenly) == pytest.approx(0.405465, abs=1e-5)  # -ln 2/3


def test_ignored_labels_do_not_count():
    logits = torch.tensor([[0.0, 1.0], [9.0, -9.0]])
    alone = cross_entropy(logits[:1], torch.tensor([1]))
    torch.testing.assert_close(cross_entropy(logits, torch.tensor([1, IGNORED])), alone)
