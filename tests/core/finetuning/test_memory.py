"""What a training will need: its parts follow from the network and the plan, and the guess from the exact numbers."""

from dataclasses import replace

import pytest

from core.checkpoints.catalog import load_catalog
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import NetworkShape, memory_need, need_before, shape_of
from core.finetuning.plan import TrainingPlan, usual_batch

SHAPE = NetworkShape(22_000_000, 6, 384, 12, 1536, 30_522)
FULL = TrainingPlan("text-classification", "minilm", "full")
LORA, HEAD = replace(FULL, method="lora"), replace(FULL, method="head")


def test_each_weight_that_learns_has_a_gradient_two_moments_and_a_copy() -> None:
    need = memory_need(SHAPE, FULL, SHAPE.weights, 1024, 64)
    assert need.weights == 88
    assert (need.gradients, need.moments, need.best) == (88, 176, 88)
    assert need.total == pytest.approx(need.process + need.weights + need.learning)


def test_a_head_alone_needs_most_while_the_network_is_built() -> None:
    need = memory_need(SHAPE, HEAD, SHAPE.free(HEAD), 1024, 64)
    assert need.activations == 0
    assert need.total == need.process + need.weights + need.loading


def test_a_batch_costs_by_its_tokens_and_its_longest_row() -> None:
    small, large, long = (
        memory_need(SHAPE, LORA, 1, *size).activations for size in ((512, 64), (1024, 64), (512, 128))
    )
    assert large / small > 1.4
    assert small < long
    assert memory_need(SHAPE, LORA, 1, 64, 512) == memory_need(SHAPE, LORA, 1, 512, 512), "one row is a batch at least"
    hidden = replace(LORA, task="fill-mask")
    assert memory_need(SHAPE, hidden, 1, 512, 64).activations > small, "logits of the vocabulary"


def test_fewer_weights_learn_with_lora_and_fewest_with_the_head() -> None:
    assert SHAPE.free(HEAD) < SHAPE.free(LORA) < SHAPE.free(FULL) == SHAPE.weights
    assert SHAPE.free(LORA) == pytest.approx(480_386, rel=0.01)  # of minilm


def test_every_bundled_configuration_tells_its_shape() -> None:
    rows = [TrainingRow(n, ("some text " * 9,), ("a",)) for n in range(50)]
    for row in load_catalog():
        if not row.base:
            need = need_before(row, 5_000_000, replace(FULL, checkpoint=row.id), rows)
            assert need is not None, row.id
            assert need.total > need.process
    assert need_before(load_catalog()["minilm"], 1, FULL, []) is None
    assert shape_of(1, {"hidden_size": 3}) is None


def test_a_batch_is_a_sixteenth_of_the_rows_within_bounds() -> None:
    assert [usual_batch(tokens, "text-classification") for tokens in (100, 8_000, 99_999)] == [64, 500, 1024]
    assert usual_batch(100, "fill-mask") == 256
