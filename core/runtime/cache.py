"""Results already given, under a budget in bytes, and an engine around another that remembers them."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

import numpy as np

from core.checkpoints.catalog import Catalog
from core.engine import Engine
from core.provenance import Request, Result
from core.runtime.around import EngineAround
from core.tasks import find_task


class CachedEngine(EngineAround):
    """The engine around which it stands, but for requests that were answered before. `catalog` is its visitor's: what
    the visitor may not use is not given from the cache either.

    Of requests for parts of a larger result it asks the whole, once, and remembers both.
    """

    def __init__(self, engine: Engine, results: "ResultCache", catalog: Catalog) -> None:
        super().__init__(engine)
        self._results, self._catalog = results, catalog

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""
        spec, row = find_task(task), self._catalog.require(task, checkpoint)
        about = (row.id, row.revision, row.head, row.owner, task)
        found: dict[Request, Result] = {}
        for request in (*requests, *map(spec.whole, requests)):
            if (known := self._results.get((about, request))) is not None:
                found[request] = as_cached(known)
        wholes = dict.fromkeys(spec.whole(request) for request in requests if request not in found)
        missing = [whole for whole in wholes if whole not in found]
        if missing:
            found |= zip(missing, self.inner.run(task, checkpoint, missing), strict=True)
        new = {one: found[one] for one in missing}
        for request in requests:
            if request not in found:
                new[request] = found[request] = spec.select(found[spec.whole(request)], request)
        for request, result in new.items():
            make_read_only(result)
            self._results.put((about, request), result)
        return [found[request] for request in requests]


def make_read_only(result: Result) -> None:
    """Locks the result's arrays, which all who ask the same share through the cache."""
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def as_cached(result: Result) -> Result:
    """The result marked as cached, its timing that of the first run."""
    cached: Result = replace(cast(Any, result), provenance=replace(result.provenance, cached=True))
    return cached


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
