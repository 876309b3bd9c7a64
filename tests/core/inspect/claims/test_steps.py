"""What is measured in the steps of a layer, against numbers that are made up."""

from dataclasses import replace

import numpy as np
import pytest

from core.inspect.claims.steps import far_out, firing, slope, special_shares, step_claims
from core.provenance import Provenance, Timing
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult, PassStep
from tests.passed import passed


def with_steps(**values: np.ndarray) -> ForwardPassResult:
    result = passed(ForwardPassRequest("a b", layer=0, head=0), Provenance("x", "1", "float32", "cpu", 4, Timing()))
    steps = [PassStep(name.replace("_", "-"), 1, False, one.astype(np.float32)) for name, one in values.items()]
    return replace(result, steps=tuple(steps))


def test_special_tokens_give_less_than_their_weight() -> None:
    weights = np.full((1, 4, 4), 0.25)
    values = np.array([[[1, 0], [3, 0], [0, 3], [0, 1]]])  # lengths 1, 3, 3, 1
    assert special_shares(with_steps(weights=weights, value=values)) == pytest.approx((0.5, 0.25))


def test_the_slope_of_softmax_is_that_of_its_formula() -> None:
    scores = np.array([[[0.0, 1.0, 2.0]]], dtype=np.float32)
    weight = np.exp(2) / np.exp([0, 1, 2]).sum()
    assert slope(scores) == pytest.approx(weight * (1 - weight))
    assert slope(10 * scores) < 1e-3


def test_numbers_that_stand_out_and_neurons_that_fire() -> None:
    states = np.zeros((4, 20))
    states[:3, 7] = 9
    assert far_out(with_steps(output_norm=states))[7] == 0.75
    assert firing(with_steps(neurons=np.array([[-0.1, 0, 2, 1], [-1, -1, -1, 3]]))) == 0.375


def test_verdicts() -> None:
    random = np.random.default_rng(0)
    found = np.array([0.5, 0.3, 0.2, 0.05, 0.06]) + random.normal(0, 0.001, (40, 5))
    outlying = np.tile(np.array([0.1, 0.99, 0.2], dtype=np.float32), (40, 1))
    claims = step_claims("x", found, outlying)
    assert [one.verdict for one in claims] == ["holds here"] * 4
    assert "Place 1 of 3 stands out at 99.0" in claims[2].here
    turned = step_claims("x", found[:, [1, 0, 3, 2, 0]], outlying / 2)
    assert [one.verdict for one in turned] == ["does not hold here"] * 4
