"""When a claim holds, and the numbers beside it."""

import pytest

from core.inspect.claims.claim import judge, mean_and_error, percent, share_error


def test_what_lies_within_two_errors_is_too_close() -> None:
    assert judge(0.1, 0.06) == "too close to tell"
    assert judge(0.13, 0.06) == "holds here"
    assert judge(-0.13, 0.06) == "does not hold here"


def test_errors_are_standard_errors() -> None:
    assert mean_and_error([1, 2, 3, 4]) == pytest.approx((2.5, 0.6454972))
    assert mean_and_error([5]) == (5, 0)
    assert share_error(1.0, 100) > 0, "a hundred of a hundred are no proof"
    assert percent(-0.0123, 0.004) == "−1.2 ± 0.4 %"
