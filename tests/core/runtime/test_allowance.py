from contextlib import ExitStack

import pytest

from core.errors import BusyError
from core.runtime.allowance import Allowance


def test_a_visitor_has_so_many_jobs_at_a_time_and_no_more() -> None:
    allowance = Allowance(2)
    with ExitStack() as running:
        running.enter_context(allowance.job("a"))
        with allowance.job("a"):
            with pytest.raises(BusyError, match="You already have 2 jobs running"), allowance.job("a"):
                pass
            running.enter_context(allowance.job("b"))
        running.enter_context(allowance.job("a"))
    with allowance.job("a"), allowance.job("a"):
        pass


def test_one_is_said_as_one() -> None:
    allowance = Allowance(1)
    with allowance.job("a"), pytest.raises(BusyError, match="You already have 1 job running"), allowance.job("a"):
        pass


@pytest.mark.parametrize(("most", "visitor"), [(0, "a"), (1, "")])
def test_without_a_limit_or_a_visitor_there_is_none(most: int, visitor: str) -> None:
    allowance = Allowance(most)
    with ExitStack() as running:
        for _ in range(5):
            running.enter_context(allowance.job(visitor))


def test_a_job_that_fails_is_over() -> None:
    allowance = Allowance(1)
    with pytest.raises(KeyError), allowance.job("a"):
        raise KeyError
    with allowance.job("a"):
        pass
