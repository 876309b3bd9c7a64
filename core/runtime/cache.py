"""Results already given, under a budget in bytes; least recently used leave first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from core.provenance import Result


class ResultCache:
    """Results by key. A key must hold everything that can change the answer: model key, task and the whole request."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._results: OrderedDict[Hashable, tuple[Result, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Result | None:
        """The result of `key`, or None."""
        with self._lock:
            if key not in self._results:
                return None
            self._results.move_to_end(key)
            return self._results[key][0]

    def put(self, key: Hashable, result: Result) -> None:
        """Keeps `result`, unless it alone exceeds the budget."""
        size = estimate_bytes((key, result))
        if size > self.budget_bytes:
            return
        with self._lock:
            if key in self._results:
                self.used_bytes -= self._results.pop(key)[1]
            self._results[key] = (result, size)
            self.used_bytes += size
            while self.used_bytes > self.budget_bytes:
                self.used_bytes -= self._results.popitem(last=False)[1][1]


def estimate_bytes(value: Any) -> int:
    """About what `value` takes: arrays and texts by their size, 64 bytes for anything else."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, str):
        return 64 + 4 * len(value)
    if isinstance(value, tuple):
        return 64 + sum(map(estimate_bytes, value))
    if is_dataclass(value):
        return 64 + sum(estimate_bytes(getattr(value, f.name)) for f in fields(value))
    return 64
