"""Who may train: so many at a time, the others in the order in which they came."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_S = 0.2


class Turns:
    """A queue of trainings."""

    def __init__(self) -> None:
        self._waiting: list[object] = []
        self._running = 0
        self._changed = threading.Condition()

    @property
    def running(self) -> int:
        """How many have their turn now."""
        return self._running

    @contextmanager
    def turn(self, most: int, told: Callable[[int], None], stopped: Callable[[], bool]) -> Iterator[bool]:
        """Waits until fewer than `most` run; whether it came to that before `stopped` said so.

        `told` gets the place in the queue whenever it changes: 1 is the next, 0 begins.
        """
        one = object()
        with self._changed:
            self._waiting.append(one)
            place = -1
            while (now := self._waiting.index(one)) + self._running >= most and not stopped():
                if now != place:
                    told(now + 1)
                    place = now
                self._changed.wait(LOOK_S)
            self._waiting.remove(one)
            begins = not stopped()
            self._running += begins
            self._changed.notify_all()
        told(0)
        try:
            yield begins
        finally:
            with self._changed:
                self._running -= begins
                self._changed.notify_all()
