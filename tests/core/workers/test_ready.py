"""The worker that is ready before anybody asks."""

from typing import Any

from core.workers.ready import Ready


class Waiting:
    """A worker that is there until it is told not to be."""

    def __init__(self, *idle_s: float) -> None:
        self.idle_s, self.there = idle_s, True

    def wait_on(self) -> bool:
        return self.there


def test_one_waits_and_is_taken_once() -> None:
    made: list[Any] = []

    def make(*idle_s: float) -> Any:
        made.append(Waiting(*idle_s))
        return made[-1]

    ready = Ready(make)
    ready.prepare(600)
    ready.prepare(600)
    assert [one.idle_s for one in made] == [(600,)]
    assert ready.take() is made[0]
    assert ready.take() is made[1], "a new one, as none waits"
    ready.prepare(600)
    made[2].there = False
    assert ready.take() is made[3], "the one that waited has gone"
