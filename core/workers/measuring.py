"""Measurements in a process of their own, so that nothing else is timed: their steps, and the job that follows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from core.jobs import State
from core.workers import runs


@dataclass(frozen=True)
class MeasuringStep:
    """How far a measurement is, and what it is doing."""

    done: int
    total: int
    doing: str


class MeasuringReport(Protocol):
    """What a measurement told so far, a frozen dataclass; `place` is that in the queue, 0 once it runs."""

    @property
    def place(self) -> int:
        """Its place."""

    def after(self, line: Any) -> Any:
        """The report with one more line."""


R = TypeVar("R", bound=MeasuringReport)


def follow(kind: str, id: str, order: Any, report: R, read: Callable[[Mapping[str, Any]], Any], state: State) -> R:
    """Waits for a turn, like a training, and shows the report as it grows, its lines as `read` takes them from JSON;
    the whole of it. `id`, that of the job, names the folder, which is gone then."""
    folder = runs.WorkFolder(runs.path_of(kind, id))
    shown: Any = report

    def told(place: int) -> None:
        state.shown = replace(shown, place=place)

    try:
        folder.write(order)
        with runs.turn(state, told) as begins:
            for values in runs.lines(kind, folder, state) if begins else ():
                line = read(values)
                state.shown = shown = shown.after(line)
                if isinstance(line, MeasuringStep):
                    state.done, state.total = line.done, line.total
    finally:
        folder.remove()
    found: R = shown
    return found
