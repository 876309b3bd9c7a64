"""The batch of a step is the same in every run, and an epoch holds every example once."""

import numpy as np
import torch

from core.training.batches import Course, EpochPlan, WindowOrder, count_tokens, in_order

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


class Numbered:
    """Examples that say which they are."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.lengths = name, np.full(count, 10)

    def collate(self, indices, rng):
        return {"names": [f"{self.name}{n}" for n in indices], "chance": rng.random()}


def test_lessons_come_first_each_for_its_steps_and_again_where_they_are_few():
    lessons = [(Numbered("a", 6), 3), (Numbered("b", 50), 2)]
    course = Course(lessons, Numbered("c", 50), batch_tokens=40, seed=1)
    names = ["".join(sorted({name[0] for name in course.batch(step)["names"]})) for step in range(9)]
    assert names == ["a", "a", "a", "b", "b", "c", "c", "c", "c"]
    assert course.batch(7) == Course(lessons, Numbered("c", 50), batch_tokens=40, seed=1).batch(7)
    assert course.batch(7)["chance"] != course.batch(8)["chance"]


def test_without_lessons_a_course_is_the_plan_of_its_examples():
    examples = Numbered("c", 50)
    course, plan = Course((), examples, batch_tokens=40, seed=1), EpochPlan(examples.lengths, batch_tokens=40, seed=1)
    for step in range(20):
        assert course.batch(step)["names"] == [f"c{n}" for n in plan.batch(step)]


def test_every_epoch_has_each_window_once_in_an_order_of_its_own():
    order = WindowOrder(40, rows=8, seed=1)
    epochs = [np.concatenate([order.numbers(step) for step in range(n * 5, n * 5 + 5)]) for n in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(40))
    assert epochs[0].tolist() != epochs[1].tolist()
    np.testing.assert_array_equal(WindowOrder(40, rows=8, seed=1).numbers(7), order.numbers(7))


def test_batches_come_in_order_and_leave_chance_alone():
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    batches = in_order(lambda step: {"input_ids": torch.tensor([step])}, range(3, 7), torch.device("cpu"))
    assert [int(batch["input_ids"]) for batch in batches] == [3, 4, 5, 6]
    assert torch.equal(torch.rand(2), expected)


def test_padding_is_not_counted():
    ids = torch.ones(2, 3, dtype=torch.long)
    assert count_tokens({"input_ids": ids}) == 6
    assert count_tokens({"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 1], [1, 0, 0]])}) == 4
