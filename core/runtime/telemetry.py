"""What the engine did, without anybody's texts or names: numbers for Prometheus, and a line of JSON per request."""

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.checkpoints.catalog import Catalog
from core.engine import Engine
from core.errors import PlaygroundError
from core.models.store import ModelStore
from core.provenance import Request, Result
from core.runtime.around import EngineAround
from core.runtime.scheduler import Scheduler
from core.tasks import find_task

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

log = logging.getLogger("playground.requests")


def log_to_stderr() -> None:
    """Writes the lines to standard error from now on; otherwise nobody sees them."""
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.stderr))
        log.setLevel(logging.INFO)
        log.propagate = False


class Seen:
    """The outcome of one call of the engine so far."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.tokens = 0

    def add(self, answers: Iterable[Result | PlaygroundError]) -> None:
        """Counts these answers."""
        for one in answers:
            if isinstance(one, PlaygroundError):
                self.fail(one)
            else:
                self.outcomes["cached" if one.provenance.cached else "answered"] += 1
                self.tokens += one.provenance.tokens

    def fail(self, error: Exception, requests: int = 1) -> None:
        """Counts an error, which took so many requests with it."""
        self.outcomes["failed"] += requests
        self.errors[type(error).__name__] += 1


class Machine(Collector):
    """Queue, memory and loads as they are when Prometheus asks."""

    def __init__(self, store: ModelStore, scheduler: Scheduler) -> None:
        self._store, self._scheduler = store, scheduler

    def collect(self) -> Iterator[Metric]:
        """One number each."""
        used, budget = self._store.used_bytes(), self._store.budget_bytes
        yield GaugeMetricFamily("playground_queue_requests", "Requests waiting.", self._scheduler.waiting())
        yield GaugeMetricFamily("playground_memory_used_bytes", "Bytes of all loaded weights.", used)
        yield GaugeMetricFamily("playground_memory_budget_bytes", "Memory budget for loaded weights, in bytes.", budget)
        yield CounterMetricFamily("playground_loads", "Models loaded.", self._store.loads)
        yield CounterMetricFamily(
            "playground_evictions", "Models unloaded to make room for others.", self._store.evictions
        )


class Telemetry:
    """Counts requests by task and outcome, errors by kind, seconds by task; labels name no checkpoint, no visitor."""

    def __init__(self, store: ModelStore, scheduler: Scheduler) -> None:
        self._registry = prometheus.CollectorRegistry()
        self._registry.register(Machine(store, scheduler))
        asked, errors = "Requests by task and outcome.", "Errors by kind."
        seconds = "Seconds of interactive calls, including waiting and loading."
        self._requests = prometheus.Counter("playground_requests", asked, ["task", "outcome"], registry=self._registry)
        self._errors = prometheus.Counter("playground_errors", errors, ["kind"], registry=self._registry)
        self._seconds = prometheus.Histogram(
            "playground_request_seconds", seconds, ["task"], registry=self._registry, buckets=BUCKETS_S
        )

    @contextmanager
    def call(self, task: str, name: Callable[[], str], requests: int, *, bulk: bool = False) -> Iterator[Seen]:
        """Counts a call of the engine. `name` is what a log line may say of the checkpoint; an error that ends the call
        takes all `requests` with it."""
        began, seen = time.perf_counter(), Seen()
        try:
            yield seen
        except Exception as e:
            seen.fail(e, requests)
            raise
        finally:
            self._count(task, name, seen, time.perf_counter() - began, bulk)

    def text(self) -> str:
        """All numbers in the format of Prometheus."""
        return prometheus.generate_latest(self._registry).decode()

    def _count(self, task: str, name: Callable[[], str], seen: Seen, seconds: float, bulk: bool) -> None:
        for outcome, number in seen.outcomes.items():
            self._requests.labels(task, outcome).inc(number)
        for kind, number in seen.errors.items():
            self._errors.labels(kind).inc(number)
        if not bulk:
            self._seconds.labels(task).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            log.info(json.dumps(line(task, name(), seen, seconds)))


class CountedEngine(EngineAround):
    """The engine around which it stands, with its calls counted. `catalog` is its visitor's."""

    def __init__(self, engine: Engine, telemetry: Telemetry, catalog: Catalog) -> None:
        super().__init__(engine)
        self._telemetry, self._catalog = telemetry, catalog

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""
        name = find_task(task).name
        with self._telemetry.call(name, lambda: self._loggable(checkpoint), len(requests)) as seen:
            results = self.inner.run(task, checkpoint, requests)
            seen.add(results)
            return results

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        """Results of any number of requests in order; an error stands in its request's place."""
        name = find_task(task).name
        with self._telemetry.call(name, lambda: self._loggable(checkpoint), 1, bulk=True) as seen:
            for result in self.inner.stream(task, checkpoint, requests, stopped):
                seen.add([result])
                yield result

    def _loggable(self, checkpoint: str) -> str:
        """What a log may say of a checkpoint: nothing of what a visitor brought, or only typed."""
        row = next((row for row in self._catalog if row.id == checkpoint), None)
        return "unknown" if row is None else "private" if row.owner else row.id


def line(task: str, checkpoint: str, seen: Seen, seconds: float) -> dict[str, Any]:
    """What a log line says of a call."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "task": task,
        "checkpoint": checkpoint,
        "rows": seen.outcomes.total(),
        "cached": seen.outcomes["cached"],
        "tokens": seen.tokens,
        "milliseconds": round(seconds * 1000, 1),
        "error": ", ".join(seen.errors) or None,
    }
