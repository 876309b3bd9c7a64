"""Background work: a thread of its own, progress, a stop."""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.errors import PlaygroundError, explain

log = logging.getLogger(__name__)


class Stopped(Exception):
    """Raised when work is cancelled."""


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


@dataclass
class State:
    """What the thread shares with those who watch it."""

    total: int
    done: int = 0
    bad: int = 0
    lost: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    error: PlaygroundError | None = None


class Background:
    """Runs `work(state, ...)` in a thread. `work` must not refer to this object: it stops when nothing does."""

    def __init__(self, state: State, work: Callable[..., None], *arguments: Any) -> None:
        self._state = state
        weakref.finalize(self, state.stop.set)
        self._thread = threading.Thread(target=run, args=(state, work, *arguments), name="background", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as e:  # no more threads
            state.error, state.ended = recorded(e), time.monotonic()

    def stop(self) -> None:
        """Ends the work after the current batch; what is done is kept."""
        self._state.stop.set()

    def wait(self, seconds: float) -> None:
        """Returns when the work has ended, or after that time."""
        if self._thread.ident:
            self._thread.join(seconds)

    def progress(self) -> Progress:
        """How far it has come."""
        one = self._state
        seconds = (one.ended or time.monotonic()) - one.started
        return Progress(one.done, one.total, one.bad, one.lost, seconds, not one.ended, one.stop.is_set(), one.error)


def run(state: State, work: Callable[..., None], *arguments: Any) -> None:
    """The thread. An error that ends the work early is kept, so that the work never looks finished."""
    try:
        work(state, *arguments)
    except BaseException as e:  # also what asks the interpreter to exit: here it only ends this thread
        state.error = recorded(e)
    finally:
        state.ended = time.monotonic()


def recorded(error: BaseException) -> PlaygroundError:
    """The error as it can be shown; an unexpected one goes into the server's log, with its traceback."""
    if not isinstance(error, PlaygroundError):
        log.error("Background work failed.", exc_info=error)
    return explain(error)
