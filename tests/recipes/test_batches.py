"""The batch of a step is the same in every run, and an epoch holds every example once."""

import numpy as np

from recipes.batches import Course, EpochPlan

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
