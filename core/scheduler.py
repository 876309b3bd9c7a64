"""Whose rows go through the model next: one worker, batches within a token budget, interactive before bulk."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from core.task import Row

Forward = Callable[[Sequence[Row]], Sequence[Any]]


@dataclass
class Job:
    """Rows of one caller that go through one forward function; `result` waits for all of them."""

    key: Hashable
    forward: Forward
    rows: deque[tuple[int, Row]]  # with the caller's order, longest first
    bulk: bool
    outputs: list[Any]
    submitted: float = field(default_factory=time.perf_counter)
    started: float = 0.0
    forward_ms: float = 0.0
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def queue_ms(self) -> float:
        """Milliseconds between the submission and the first batch."""
        return max(0.0, (self.started - self.submitted) * 1000)

    def result(self) -> list[Any]:
        """The outputs in the caller's order; raises what the forward pass raised."""
        self.done.wait()
        if self.error:
            raise self.error
        return self.outputs


class Scheduler:
    """One worker thread, since a forward pass already takes every core.

    Rows of different callers that go through the same model and task (`key`) share a batch. Padding counts: a batch of
    n rows, the longest of t tokens, costs n·t of `batch_tokens`.
    """

    def __init__(self, batch_tokens: int) -> None:
        self.batch_tokens = batch_tokens
        self._jobs: list[Job] = []
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, key: Hashable, rows: Sequence[Row], forward: Forward, *, bulk: bool = False) -> Job:
        """Queues `rows`; returns at once."""
        ordered = sorted(enumerate(rows), key=lambda row: -len(row[1].encoding))
        job = Job(key, forward, deque(ordered), bulk, [None] * len(rows))
        if not rows:
            job.done.set()
            return job
        with self._changed:
            self._jobs.append(job)
            self._jobs.sort(key=lambda j: j.bulk)  # stable: first come, first served within each kind
            self._changed.notify()
        self._start()
        return job

    def _start(self) -> None:
        with self._starting:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="scheduler", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        with torch.inference_mode():
            while True:  # keeps no batch while it waits: that would keep the model of the last one in memory
                self._run(self._wait_for_batch())

    def _wait_for_batch(self) -> list[tuple[Job, int, Row]]:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs)
            return self._next_batch()

    def _next_batch(self) -> list[tuple[Job, int, Row]]:
        """The rows of the next forward pass: of the first job, then of others with its key while they fit."""
        first = self._jobs[0]
        taken: list[tuple[Job, int, Row]] = []
        longest = 0
        for job in [j for j in self._jobs if j.key == first.key]:
            while job.rows:
                index, row = job.rows[0]
                length = max(longest, len(row.encoding))
                if taken and length * (len(taken) + 1) > self.batch_tokens:
                    break
                longest = length
                taken.append((job, index, row))
                job.rows.popleft()
        self._jobs = [j for j in self._jobs if j.rows]
        return taken

    def _run(self, taken: list[tuple[Job, int, Row]]) -> None:
        began = time.perf_counter()
        jobs = {id(job): job for job, _, _ in taken}.values()
        for job in jobs:
            job.started = job.started or began
        try:
            outputs = taken[0][0].forward([row for _, _, row in taken])
            for (job, index, _), output in zip(taken, outputs, strict=True):
                job.outputs[index] = output
        except Exception as e:  # whatever it is belongs to the caller, who waits for it
            if len(jobs) > 1:  # whose it is shows when each goes alone
                for job in jobs:
                    self._run([row for row in taken if row[0] is job])
                return
            for job in jobs:
                job.error = e
            self._drop(jobs)
            return
        spent = (time.perf_counter() - began) * 1000
        for job in jobs:
            job.forward_ms += spent
            if not job.rows:
                job.done.set()

    def _drop(self, jobs: Iterable[Job]) -> None:
        with self._changed:
            failed = {id(job) for job in jobs}
            self._jobs = [j for j in self._jobs if id(j) not in failed]
        for job in jobs:
            job.done.set()
