"""What a pretraining is asked to do, and what makes no sense."""

import json
from dataclasses import asdict, replace

import pytest

from core.errors import InputError
from core.pretraining.plan import Contender, PretrainPlan, check_pretrain_plan, read_pretrain_plan

PLAN = PretrainPlan((Contender("masked-tokens"), Contender("replaced-tokens", 0.2)))


def test_it_comes_back_from_json() -> None:
    check_pretrain_plan(PLAN)
    assert read_pretrain_plan(json.loads(json.dumps(asdict(PLAN)))) == PLAN


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (replace(PLAN, contenders=(Contender("gpt"),)), "There is no objective called “gpt”."),  # type: ignore[arg-type]
        (replace(PLAN, contenders=(Contender("masked-words"),) * 2), "Both objectives are the same."),
        (replace(PLAN, contenders=()), "0 objectives cannot be compared."),
        (replace(PLAN, contenders=(Contender("masked-words", float("nan")),)), "“rate” is nan"),
        (replace(PLAN, layers=7), "“layers” is 7; it must be from 1 to 6."),
        (replace(PLAN, seconds=0), "“seconds” is 0; it must be from 1 to 1200."),
        (replace(PLAN, pieces=100), "“pieces” is 100; it must be from 200 to 8000."),
        (replace(PLAN, heads=3), "A width of 128 cannot be shared by 3 heads."),
        (replace(PLAN, sentence="No gap."), "The sentence to watch needs one gap."),
        (replace(PLAN, sentence="___ and ___"), "The sentence to watch needs one gap."),
    ],
)
def test_nonsense_is_named(plan: PretrainPlan, says: str) -> None:
    with pytest.raises(InputError) as caught:
        check_pretrain_plan(plan)
    assert caught.value.message.startswith(says)


@pytest.mark.parametrize(
    "plan", [replace(PLAN, seconds=0, tokens=9), replace(PLAN, pieces=0), replace(PLAN, sentence="")]
)
def test_what_may_be_left_out(plan: PretrainPlan) -> None:
    check_pretrain_plan(plan)
