"""The engine of jobs: it streams what is run, and ends with a stop."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import InputError
from core.jobs import Stopped
from core.runtime.in_bulk import BulkEngine


class Streaming:
    """Gives each request back, until it is stopped."""

    def run(self, *asked: Any) -> list[Any]:
        raise AssertionError("people who wait would not come first")

    def stream(self, task: str, checkpoint: str, requests: Any, stopped: Any) -> Iterator[Any]:
        for request in requests:
            if stopped():
                return
            yield request


def test_results_come_in_order_and_an_error_is_raised() -> None:
    engine: Any = Streaming()
    bulk = BulkEngine(engine, lambda: False)
    assert bulk.run("a-task", "one", ["a", "b"]) == ["a", "b"]
    with pytest.raises(InputError, match="empty"):
        bulk.run("a-task", "one", ["a", InputError("It is empty."), "b"])


def test_a_stop_ends_it() -> None:
    engine: Any = Streaming()
    with pytest.raises(Stopped):
        BulkEngine(engine, lambda: True).run("a-task", "one", ["a"])
