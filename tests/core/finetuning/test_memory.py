"""What a training will need: its parts follow from the network and the plan, and the guess from the exact numbers."""

from dataclasses import replace

import pytest

from core.checkpoints.catalog import load_catalog
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import NetworkShape, memory_need, need_before, shape_of, shared_need
from core.finetuning.plan import TrainingPlan, usual_batch

SHAPE = NetworkShape(22_000_000, 6, 384, 12, 1536, 30_522)
SIZES = {"tokens": 1024, "longest": 64, "held_out": 2000}
FULL = TrainingPlan("text-classification", "minilm", "full")
LORA, HEAD = replace(FULL, method="lora"), replace(FULL, method="head")


def test_each_weight_that_learns_has_a_gradient_two_moments_and_a_copy() -> None:
    need = memory_need(SHAPE, FULL, SHAPE.weights, **SIZES)
    assert need.weights == 88
    assert (need.gradients, need.moments, need.best) == (88, 176, 88)
    assert need.total == pytest.approx(need.process + need.weights + need.learning + need.asking)


def test_a_head_alone_needs_most_while_the_network_is_built() -> None:
    need = memory_need(SHAPE, HEAD, SHAPE.free(HEAD), **SIZES)
    assert need.activations == 0
    assert need.total == need.process + need.weights + need.loading + need.asking


def batch(plan: TrainingPlan, tokens: int, longest: int) -> float:
    return memory_need(SHAPE, plan, 1, tokens=tokens, longest=longest, held_out=100).activations


def test_a_batch_costs_by_its_tokens_and_its_longest_row() -> None:
    assert batch(LORA, 1024, 64) > batch(LORA, 512, 128) > batch(LORA, 512, 64)
    assert batch(LORA, 64, 512) == batch(LORA, 512, 512), "one row is a batch at least"
    assert batch(replace(LORA, task="fill-mask"), 512, 64) > batch(LORA, 512, 64), "logits of the vocabulary"


def test_held_out_rows_cost_up_to_what_is_asked_together() -> None:
    few, some, many = (
        memory_need(SHAPE, HEAD, 1, tokens=64, longest=64, held_out=count).asking for count in (1_000, 4_000, 90_000)
    )
    assert few < some == many


def test_fewer_weights_learn_with_lora_and_fewest_with_the_head() -> None:
    assert SHAPE.free(HEAD) < SHAPE.free(LORA) < SHAPE.free(FULL) == SHAPE.weights
    assert SHAPE.free(LORA) == pytest.approx(480_386, rel=0.01)  # of minilm


def test_tasks_that_share_an_encoder_are_all_built_before_they_do() -> None:
    one, longer = (memory_need(SHAPE, FULL, SHAPE.weights, **SIZES | {"longest": n}) for n in (64, 512))
    shared = shared_need([one, longer])
    assert (shared.weights, shared.moments, shared.loading) == (one.weights, one.moments, 2 * one.loading)
    assert (shared.activations, shared.asking) == (longer.activations, longer.asking)


def test_every_bundled_configuration_tells_its_shape() -> None:
    rows = [TrainingRow(n, ("some text " * 9,), ("a",)) for n in range(50)]
    for row in load_catalog():
        if not row.base:
            need = need_before(row, 5_000_000, replace(FULL, checkpoint=row.id), rows, 10)
            assert need is not None, row.id
            assert need.total > need.process
    assert need_before(load_catalog()["minilm"], 1, FULL, [], 0) is None
    assert shape_of(1, {"hidden_size": 3}) is None


def test_a_batch_is_a_thirty_second_of_the_rows_within_bounds() -> None:
    assert [usual_batch(tokens, "text-classification") for tokens in (100, 8_000, 99_999)] == [64, 250, 1024]
    assert usual_batch(100, "fill-mask") == 256
