"""Work that goes on while a page is looked at: a thread of its own, progress, a stop."""

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.errors import PlaygroundError


class Stopped(Exception):
    """Raised where work was stopped in the middle of something."""


@dataclass(frozen=True)
class Progress:
    """How far some work has come: rows done, those without an answer, seconds since the start."""

    done: int
    total: int
    bad: int
    seconds: float
    running: bool
    stopped: bool
    error: PlaygroundError | None

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before the first row is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass
class State:
    """What the thread and those who look on share."""

    total: int
    done: int = 0
    bad: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    error: PlaygroundError | None = None


class Background:
    """Runs `work(state, ...)` in a thread from now on. `work` must not hold this object: it stops when nobody does."""

    def __init__(self, state: State, work: Callable[..., None], *arguments: Any) -> None:
        self._state = state
        weakref.finalize(self, state.stop.set)
        self._thread = threading.Thread(target=run, args=(state, work, *arguments), name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the work after what is in the model now; what is done stays."""
        self._state.stop.set()

    def wait(self, seconds: float) -> None:
        """Returns when the work has ended, or after that time."""
        self._thread.join(seconds)

    def progress(self) -> Progress:
        """How far it has come."""
        one = self._state
        seconds = (one.ended or time.monotonic()) - one.started
        return Progress(one.done, one.total, one.bad, seconds, not one.ended, one.stop.is_set(), one.error)


def run(state: State, work: Callable[..., None], *arguments: Any) -> None:
    """The thread: an error of the work as a whole is kept for whoever looks."""
    try:
        work(state, *arguments)
    except PlaygroundError as e:
        state.error = e
    finally:
        state.ended = time.monotonic()
