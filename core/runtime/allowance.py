"""How much of the machine one visitor may use at a time: running jobs."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import BusyError


class Allowance:
    """Counts the running jobs of each visitor: files, collections of texts, downloads. `most` of 0 sets no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def job(self, visitor: str) -> Iterator[None]:
        """Counts one more until the block ends; BusyError if the visitor has as many as allowed. Nobody in particular
        has no limit."""
        with self._lock:
            if visitor and 0 < self._most <= self._running[visitor]:
                jobs = "1 job" if self._most == 1 else f"{self._most:,} jobs"
                message = f"You already have {jobs} running, the maximum at a time."
                raise BusyError(message, "Wait until one finishes, or cancel one.")
            self._running[visitor] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[visitor] -= 1
                self._running += Counter()  # forgets those who have none
