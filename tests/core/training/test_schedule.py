"""Factors of the learning rate against the formula, and when two schedules agree."""

import pytest

from core.training.schedule import Schedule


@pytest.mark.parametrize(("steps", "warm_up", "decay"), [(1, 1, 0.4), (50, 3, 0.4), (1800, 100, 0.4), (9155, 200, 0.3)])
def test_the_rate_rises_holds_and_falls(steps: int, warm_up: int, decay: float):
    schedule = Schedule(steps, warm_up=warm_up, decay=decay)
    falling = steps - schedule.decay_start
    for step in range(steps):
        expected = min((step + 1) / warm_up, 1.0, (steps - step) / max(1, falling))
        assert schedule.factor(step) == pytest.approx(expected, abs=1e-12)
    assert schedule.factor(steps) == 0


def test_without_rise_or_fall_it_is_constant():
    assert {Schedule(20).factor(step) for step in range(20)} == {1.0}


def test_all_of_it_may_fall_in_other_shapes():
    half = {shape: Schedule(100, decay=1.0, shape=shape).factor(25) for shape in ("linear", "cosine", "1-sqrt")}
    assert half == pytest.approx({"linear": 0.75, "cosine": 0.8535534, "1-sqrt": 0.5})


def test_a_rise_longer_than_the_steps_before_the_fall_is_shortened():
    schedule = Schedule(10, warm_up=200, decay=0.5)
    assert [schedule.factor(step) for step in range(10)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 1, 1, 0.8, 0.6, 0.4, 0.2]
    )


def test_a_longer_schedule_agrees_up_to_where_the_shorter_one_falls():
    short, long = Schedule(10, warm_up=2, decay=0.4), Schedule(20, warm_up=2, decay=0.4)
    assert short.agrees(long, short.decay_start + 1)  # the first step of the fall still has the whole rate
    assert not short.agrees(long, short.decay_start + 2)
    assert not Schedule(10, warm_up=3, decay=0.4).agrees(short, 1)
