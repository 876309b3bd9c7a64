"""Which rows go through the model next: one worker, batches within a token budget, interactive before bulk, visitors in
turn."""

import atexit
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from core.errors import BusyError, explain, is_out_of_memory
from core.provenance import Told
from core.runtime.batch import InputRow

END_S = 10  # that a process waits for a forward pass before it ends
TELL_S = 0.5  # between two words on the place in the queue
LOOK_S = 0.1  # between two looks whether somebody said stop
BUSY_HINT = "Try again in a moment."

Forward = Callable[[Sequence[InputRow]], Sequence[Any]]


@dataclass(eq=False)
class Submission:
    """Rows of one caller that go through one forward function; `result` waits for all of them."""

    key: Hashable
    forward: Forward
    rows: deque[tuple[int, InputRow]]  # with the caller's order, longest first
    bulk: bool
    outputs: list[Any]
    visitor: str = ""
    requests: int = 1
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
        """The outputs in the caller's order; raises what the forward pass raised, CapacityError if memory ran out."""
        self.done.wait()
        if self.error and is_out_of_memory(self.error):
            raise explain(self.error) from self.error
        if self.error:
            raise self.error
        return self.outputs


class Ring:
    """Jobs of one kind. Visitors take turns; the jobs of one visitor come in their order."""

    def __init__(self) -> None:
        self._jobs: dict[str, list[Submission]] = {}  # by visitor, who had no turn for longest first
        self._served = ""  # who has the turn, or had the last one

    def __iter__(self) -> Iterator[Submission]:
        """In the order in which they will begin."""
        rounds = zip_longest(*(self._jobs[visitor] for visitor in sorted(self._jobs, key=self._served.__eq__)))
        return (job for one_each in rounds for job in one_each if job)

    def add(self, job: Submission) -> None:
        """Takes in a job; a visitor who had none waiting comes last."""
        self._jobs.setdefault(job.visitor, []).append(job)

    def keep(self, wanted: Callable[[Submission], object]) -> None:
        """Drops the jobs that are not wanted."""
        kept = {visitor: list(filter(wanted, jobs)) for visitor, jobs in self._jobs.items()}
        self._jobs = {visitor: jobs for visitor, jobs in kept.items() if jobs}

    def give_turn(self, visitor: str) -> None:
        """Lets all others go before this visitor's next job, those who come meanwhile too."""
        if self._served in self._jobs:
            self._jobs[self._served] = self._jobs.pop(self._served)
        self._served = visitor


class Scheduler:
    """One worker thread, since a forward pass already takes every core.

    Rows of different callers that go through the same model and task (`key`) share a batch. Padding counts: a batch of
    n rows, the longest of t tokens, costs n·t of `batch_tokens`. So many interactive requests may wait: of one visitor
    `visitor_requests`, of all together `queue_requests`; 0 sets no limit, and without a visitor there is none.
    """

    def __init__(self, batch_tokens: int, *, visitor_requests: int = 0, queue_requests: int = 0) -> None:
        self.batch_tokens = batch_tokens
        self.visitor_requests, self.queue_requests = visitor_requests, queue_requests
        self._interactive, self._bulk = Ring(), Ring()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ending = False

    def submit(
        self,
        key: Hashable,
        rows: Sequence[InputRow],
        forward: Forward,
        *,
        bulk: bool = False,
        visitor: str = "",
        requests: int = 1,
    ) -> Submission:
        """Queues `rows`, which so many requests made; returns at once. BusyError if too many wait already."""
        ordered = sorted(enumerate(rows), key=lambda row: -len(row[1].encoding))
        job = Submission(key, forward, deque(ordered), bulk, [None] * len(rows), visitor, requests)
        if not rows:
            job.done.set()
            return job
        with self._changed:
            if visitor and not bulk:
                self._check_room(job)
            (self._bulk if bulk else self._interactive).add(job)
            self._changed.notify()
        self._start()
        return job

    def wait(self, job: Submission, seconds: float = 0.0, told: Told | None = None) -> None:
        """Returns when the job is done; now and then `told` gets its place in the queue, 0 once it runs.

        After `seconds` (0 sets no limit), or if `told` raises, its rows leave the queue; BusyError in the first case.
        """
        end = job.submitted + seconds if seconds else math.inf
        place = 0
        try:
            while not job.done.wait(min(TELL_S, max(0.0, end - time.perf_counter()))):
                if time.perf_counter() >= end:
                    raise BusyError(f"There was no answer within {seconds:g} s.", BUSY_HINT)
                if told:
                    told(place := self.place(job))
        except BaseException:  # also what ends a page's script, when its visitor has asked something else meanwhile
            self._drop([job])
            raise
        finally:
            if told and place:
                told(0)

    def finish(self, jobs: Sequence[Submission], stopped: Callable[[], bool] | None) -> bool:
        """Returns when the first of the jobs is done. Once `stopped` says so the rows of all leave the queue, and it
        gives back False."""
        while stopped and not jobs[0].done.wait(LOOK_S):
            if stopped():
                self._drop(jobs)
                return False
        jobs[0].done.wait()
        return True

    def place(self, job: Submission) -> int:
        """The jobs that begin before this one, and itself; 0 if no row of it is waiting."""
        with self._changed:
            queue = [*self._interactive, *self._bulk]
        return queue.index(job) + 1 if job in queue else 0

    def waiting(self) -> int:
        """Requests that wait, of all visitors and of both kinds."""
        with self._changed:
            return sum(job.requests for job in (*self._interactive, *self._bulk))

    def _check_room(self, job: Submission) -> None:
        waiting = sum(one.requests for one in self._interactive)
        own = sum(one.requests for one in self._interactive if one.visitor == job.visitor)
        if 0 < self.visitor_requests < own + job.requests:
            asked = f"{own:,} of your requests are waiting and {job.requests:,} more were sent"
            raise BusyError(f"{asked}; up to {self.visitor_requests:,} are allowed at a time.", BUSY_HINT)
        if 0 < self.queue_requests < waiting + job.requests:
            wait = "1 request is waiting" if waiting == 1 else f"{waiting:,} requests are waiting"
            raise BusyError(f"The server is busy: {wait}.", BUSY_HINT)

    def _start(self) -> None:
        with self._starting:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="scheduler", daemon=True)
                self._worker.start()
                atexit.register(self._end)

    def _end(self) -> None:
        """Lets the forward pass that runs come to its end: libraries abort a process that ends in the middle of one."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._worker:
            self._worker.join(END_S)

    def _work(self) -> None:
        while not self._ending:  # keeps no batch while it waits: that would keep the last one's model in memory
            self._run(self._wait_for_batch())

    def _wait_for_batch(self) -> list[tuple[Submission, int, InputRow]]:
        with self._changed:
            while not (queue := [*self._interactive, *self._bulk]) and not self._ending:
                self._changed.wait()
            return [] if self._ending else self._next_batch(queue)

    def _next_batch(self, queue: Sequence[Submission]) -> list[tuple[Submission, int, InputRow]]:
        """The rows of the next forward pass: of the first job, then of others with its key while they fit.

        Who waits for an interactive answer does not wait for a part of another visitor's larger work beside it.
        """
        first = queue[0]
        taken: list[tuple[Submission, int, InputRow]] = []
        longest = 0
        for job in [j for j in queue if j.key == first.key]:
            whole = max(longest, len(job.rows[0][1].encoding)) * (len(taken) + len(job.rows)) <= self.batch_tokens
            if not (whole or first.bulk or job.visitor == first.visitor):
                continue
            while job.rows:
                index, row = job.rows[0]
                length = max(longest, len(row.encoding))
                if taken and length * (len(taken) + 1) > self.batch_tokens:
                    break
                longest = length
                taken.append((job, index, row))
                job.rows.popleft()
        (self._bulk if first.bulk else self._interactive).give_turn(first.visitor)
        for ring in (self._interactive, self._bulk):
            ring.keep(lambda job: job.rows)
        return taken

    def _run(self, taken: list[tuple[Submission, int, InputRow]]) -> None:
        if not taken:
            return
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

    def _drop(self, jobs: Iterable[Submission]) -> None:
        with self._changed:
            gone = {id(job) for job in jobs}
            for ring in (self._interactive, self._bulk):
                ring.keep(lambda job: id(job) not in gone)
        for job in jobs:
            job.done.set()
