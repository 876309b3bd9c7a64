"""The batch of a step is the same in every run, and an epoch holds every example once."""

import numpy as np

from recipes.batches import EpochPlan

LENGTHS = np.random.default_rng(3).integers(5, 60, 500)


def epoch_of(plan: EpochPlan, start: int) -> tuple[list[int], int]:
    seen: list[int] = []
    step = start
    while len(seen) < len(LENGTHS):
        seen += plan.batch(step).tolist()
        step += 1
    return seen, step


def test_each_epoch_holds_every_example_once_in_another_order():
    plan = EpochPlan(LENGTHS, batch_tokens=512, seed=1)
    first, step = epoch_of(plan, 0)
    second, _ = epoch_of(plan, step)
    assert sorted(first) == sorted(second) == list(range(500))
    assert first != second


def test_batches_keep_the_token_budget_with_padding():
    plan = EpochPlan(LENGTHS, batch_tokens=512, seed=1)
    for step in range(20):
        batch = plan.batch(step)
        assert LENGTHS[batch].max() * len(batch) <= 512


def test_a_step_does_not_depend_on_those_before_it():
    one, other = (EpochPlan(LENGTHS, batch_tokens=512, seed=1) for _ in range(2))
    for step in range(60):
        one.batch(step)
    np.testing.assert_array_equal(one.batch(60), other.batch(60))
