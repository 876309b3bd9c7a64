"""What a distillation needs (needs.py): memory for teacher and students, time for what they read."""

from dataclasses import replace

import pytest

from core.checkpoints.catalog import load_catalog
from core.distillation.needs import distil_need, distil_need_before, distil_seconds_before
from core.distillation.own_rows import own_rows_apart
from core.distillation.plan import DistilPlan
from core.finetuning.memory import NetworkShape

TEACHER = NetworkShape(22_000_000, 6, 384, 12, 1536, 30_522)
PLAN = DistilPlan("text-classification", "minilm-sentiment", 3)
SIZES = {"tokens": 1024, "longest": 64, "held_out": 2000}


def test_two_students_have_moments_of_their_own_and_one_batch_at_a_time() -> None:
    two, one = (distil_need(TEACHER, replace(PLAN, labels_alone=alone), **SIZES) for alone in (True, False))
    assert two.moments == 2 * one.moments
    assert two.gradients == one.gradients
    assert two.weights - one.weights == pytest.approx(4 * TEACHER.with_layers(3).weights / 1e6)
    assert distil_need(TEACHER, replace(PLAN, hidden=0.0), **SIZES).activations < two.activations


@pytest.mark.parametrize("teacher", ["mini-bert-nli", "minilm-qa", "minilm-fill-mask"])
def test_memory_and_time_are_known_before_the_start_for_rows_of_ours(teacher: str) -> None:
    row = load_catalog()[teacher]
    train, dev = own_rows_apart(row)
    need = distil_need_before(row, 5_000_000, PLAN, train, len(dev))
    assert need
    assert need.total > need.process
    quick, slow = (
        distil_seconds_before(row, 5_000_000, replace(PLAN, epochs=n), train, dev, bfloat16=n == 1) for n in (1, 9)
    )
    assert 0 < quick < slow
    assert distil_need_before(row, 5_000_000, replace(PLAN, layers=6), train, len(dev)) is None
