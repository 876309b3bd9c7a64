"""Work that outlives the page it was started on: a thread of its own, progress, a stop, a result kept for a while.

What a job does stands beside its subject: files of rows in core/files, downloads in core/hub, vectors in core/vectors.
"""

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import BusyError, PlaygroundError, explain

MOST_RUNNING = 200  # jobs at a time, of all visitors
MOST_KEPT = 50  # ended jobs of one visitor
log = logging.getLogger(__name__)


class Stopped(Exception):
    """Raised when work is cancelled."""


@dataclass
class State:
    """What the thread of a job shows of itself while it works. `size`: bytes of memory and disk that it keeps; `shown`:
    a frozen value that others see meanwhile."""

    total: int
    done: int = 0
    bad: int = 0
    lost: int = 0
    size: int = 0
    result: Any = None
    shown: Any = None
    stop: threading.Event = field(default_factory=threading.Event)


class Work(Protocol):
    """What a job does: a description that can be pickled, with all that it needs but engine and library."""

    @property
    def total(self) -> int:
        """How much there is to do: rows, texts, bytes."""

    def run(self, engine: Any, library: Any, state: State) -> None:
        """Does it, with the engine and the library of the visitor who started it, and returns soon after `state.stop`
        is set.

        Puts `state.result`, which can be pickled too, in place as soon as a part of it is worth having.
        """


@dataclass(frozen=True)
class Progress:
    """The progress of some work: rows done, those without an answer, those that will never be done because of an
    error, seconds since the start."""

    done: int
    total: int
    bad: int
    lost: int
    seconds: float
    running: bool
    stopped: bool
    error: PlaygroundError | None

    @property
    def finished(self) -> bool:
        """Whether all of it is done: it neither failed, in whole or in part, nor was stopped early."""
        return not (self.running or self.error or self.lost) and self.done >= self.total

    @property
    def share(self) -> float:
        """The share that is done, in [0, 1]."""
        return min(1.0, (self.done + self.lost) / max(self.total, 1))

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before the first row is done."""
        return self.seconds / self.done * (self.total - self.lost - self.done) if self.done else None


@dataclass(frozen=True)
class Job:
    """A job as it is now; can be pickled. Whoever has the `id` has the job.

    `kind`: what whoever started it calls such jobs. `result` is there once it has ended, also of work that failed or
    was stopped; `shown` is what it shows of itself before. `began` and `ended` are seconds since 1970, `ended` 0 while
    it runs.
    """

    id: str = field(repr=False)
    kind: str
    work: Any
    progress: Progress
    result: Any
    shown: Any
    began: float
    ended: float


@dataclass(eq=False)
class _Running:
    """A job as its store has it."""

    owner: str
    kind: str
    work: Work
    state: State
    began: float
    ended: float = 0.0
    error: PlaygroundError | None = None
    thread: threading.Thread | None = None

    def progress(self, now: float) -> Progress:
        one, running = self.state, not self.ended
        seconds = (self.ended or now) - self.began
        return Progress(one.done, one.total, one.bad, one.lost, seconds, running, one.stop.is_set(), self.error)


class JobStore:
    """All jobs of this process, by ids that nobody can guess.

    An ended one is forgotten after `keep_s` seconds, or earlier where all of them keep more than `most_bytes`: then the
    oldest of the visitor who keeps most.
    """

    def __init__(
        self, keep_s: float = 7200, most_bytes: int = 2_000_000_000, clock: Callable[[], float] = time.time
    ) -> None:
        self.keep_s, self.most_bytes, self._clock = keep_s, most_bytes, clock
        self._jobs: dict[str, _Running] = {}  # the oldest first
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def start(self, work: Work, engine: Any, library: Any, owner: str = "", kind: str = "", id: str = "") -> str:
        """Starts the work; the id of its job, which may be given: work on the disk is found again after a restart.
        One that runs under this id goes on. BusyError if too many are running."""
        with self._lock:
            self.forget()
            running = sum(not one.ended for one in self._jobs.values())
            if running >= MOST_RUNNING:
                raise BusyError(f"The server is busy: {running:,} jobs are running.", "Try again in a moment.")
            id = id or new_id()
            if (known := self._jobs.get(id)) and not known.ended:
                return id
            one = _Running(owner, kind, work, State(work.total), self._clock())
            one.thread = threading.Thread(target=self._run, args=(one, engine, library), name="job", daemon=True)
            try:
                one.thread.start()
            except RuntimeError as e:  # no more threads
                one.thread, one.error, one.ended = None, recorded(e), self._clock()
            self._jobs[id] = one  # only now, as whoever finds it may wait for its thread
        return id

    def find(self, id: str, patience_s: float = 0.0) -> Job | None:
        """The job, after its end if it ends within `patience_s`; None if there is none or it is forgotten."""
        self.forget()
        one = self._jobs.get(id)
        if one is None:
            return None
        if one.thread:
            one.thread.join(patience_s)
        progress = one.progress(self._clock())
        result = None if progress.running else one.state.result
        return Job(id, one.kind, one.work, progress, result, one.state.shown, one.began, one.ended)

    def stop(self, id: str) -> None:
        """Ends the job soon; what is done is kept."""
        if one := self._jobs.get(id):
            one.state.stop.set()

    def forget(self) -> None:
        """Drops the ended jobs whose time is over, and those that there is no room for, with all that they keep."""
        with self._lock:
            now = self._clock()
            for id, one in list(self._jobs.items()):
                if one.ended and now >= one.ended + self.keep_s:
                    del self._jobs[id]
            while (owner := self._who_keeps_too_much()) is not None:
                del self._jobs[next(id for id, one in self._jobs.items() if one.ended and one.owner == owner)]
            self._forget_later()

    def _who_keeps_too_much(self) -> str | None:
        """The visitor whose oldest job has to go, if one has."""
        counts: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for one in self._jobs.values():
            if one.ended:
                counts[one.owner] += 1
                sizes[one.owner] += one.state.size
        if counts and counts.most_common(1)[0][1] > MOST_KEPT:
            return counts.most_common(1)[0][0]
        return sizes.most_common(1)[0][0] if sizes.total() > self.most_bytes else None

    def _forget_later(self) -> None:
        """Sees to it that what nobody asks for is forgotten in time, too."""
        if self._timer and self._timer.is_alive():
            return
        ends = [one.ended for one in self._jobs.values() if one.ended]
        if ends:
            self._timer = threading.Timer(max(1.0, min(ends) + self.keep_s - self._clock()), self._in_time)
            self._timer.daemon = True
            self._timer.start()

    def _in_time(self) -> None:
        with self._lock:
            self._timer = None
            self.forget()

    def _run(self, one: _Running, engine: Any, library: Any) -> None:
        """The thread. An error that ends the work early is kept, so that the work never looks finished."""
        try:
            one.work.run(engine, library, one.state)
        except Stopped:
            pass  # its progress says so
        except BaseException as e:  # also what asks the interpreter to exit: here it only ends this thread
            one.error = recorded(e)
        finally:
            one.ended = self._clock()
            self.forget()


@dataclass(frozen=True)
class OwnJobs:
    """The jobs of a store as one visitor starts them; `engine` and `library` are this visitor's."""

    store: JobStore
    engine: Any
    library: Any
    owner: str = field(repr=False)

    def start(self, work: Work, kind: str = "", id: str = "") -> str:
        """Starts the work as a job of some `kind`; its id, by which whoever has it finds it."""
        return self.store.start(work, self.engine, self.library, self.owner, kind, id)

    def find(self, id: str, patience_s: float = 0.0) -> Job | None:
        """The job, after its end if it ends within `patience_s`; None if there is none or it is forgotten."""
        return self.store.find(id, patience_s)

    def stop(self, id: str) -> None:
        """Ends the job soon; what is done is kept."""
        self.store.stop(id)


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(16)


def recorded(error: BaseException) -> PlaygroundError:
    """The error as it can be shown; an unexpected one goes into the server's log, with its traceback."""
    if not isinstance(error, PlaygroundError):
        log.error("A job failed.", exc_info=error)
    return explain(error)
