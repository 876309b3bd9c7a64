"""What a training may be asked."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import InputError
from core.finetuning.plan import TrainingPlan, check_plan, read_plan

PLAN = TrainingPlan("text-classification", "minilm", watch=("a", "b"))


def test_a_plan_is_the_same_after_json() -> None:
    assert read_plan(PLAN.as_dict() | {"of a later version": 1, "watch": ["a", "b"]}) == PLAN


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"method": "all"}, "no method called “all”"),
        ({"task": "attention"}, "no task called “attention”"),
        ({"task": "fill-mask", "method": "head", "watch": ()}, "trained already"),
        ({"task": "fill-mask"}, "“a” has no gap to watch"),
        ({"task": "question-answering"}, "“a” has no passage to answer from"),
        ({"task": "question-answering", "class_weights": True}, "this task has none"),
        ({"learning_rate": float("nan")}, "“learning rate” is nan"),
        ({"epochs": 0}, "“epochs” is 0"),
        ({"batch_tokens": 3}, "“batch tokens” is 3"),
        ({"layer_decay": 1.5}, "“layer decay” is 1.5"),
        ({"method": "head", "gradual": True}, "only the head learns"),
    ],
)
def test_what_makes_no_sense_is_named(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_plan(replace(PLAN, **fields))


def test_the_usual_plan_is_fine() -> None:
    check_plan(PLAN)
    assert PLAN.rate == 2e-3
    assert replace(PLAN, learning_rate=2e-5).rate == 2e-5
