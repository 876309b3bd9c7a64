"""A worker that is ready before anybody asks for it: importing the libraries takes longer than the first steps."""

import threading
from collections.abc import Callable

from core.workers.worker import Worker


class Ready:
    """At most one worker that waits, from when it is first wanted until nobody has wanted it for a while."""

    def __init__(self, make: Callable[..., Worker] = Worker) -> None:
        self._make, self._lock = make, threading.Lock()
        self._waiting: Worker | None = None

    def prepare(self, idle_s: float) -> None:
        """Starts one that waits so many seconds, or tells the one that waits to go on."""
        with self._lock:
            if self._waiting is None or not self._waiting.wait_on():
                self._waiting = self._make(idle_s)

    def take(self) -> Worker:
        """The one that waits, or a new one."""
        with self._lock:
            worker, self._waiting = self._waiting, None
        return worker if worker and worker.wait_on() else self._make()
