"""Trainings of an order that asks for one seed or several: the lines of each, and the folder that the best one left.

Each of several has a folder of its own within that of all.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from core.errors import InputError, PlaygroundError
from core.jobs import State
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

TOLD = "told.jsonl"  # what a seed that is over has said


class SeedReport(Protocol):
    """A report of one or several seeds."""

    @property
    def seeds(self) -> Sequence[Any]:
        """What came of those that are over, where there are several."""

    @property
    def outcome(self) -> Any:
        """What came of the best one."""

    @property
    def warning(self) -> str:
        """Why one ended before its time."""


def seed_folder(folder: WorkFolder, seed: int) -> WorkFolder:
    """The folder of one seed of several."""
    return type(folder)(folder.path / f"seed-{seed}")


def lines_of_seed(kind: str, folder: WorkFolder, order: Any, n: int, state: State) -> Iterator[WorkLine]:
    """What the training with seed number `n` of an order says. One of several that was over before a restart says it
    again; one that fails does not end the others: its last line is a warning."""
    if order.plan.seeds == 1:
        yield from runs.lines_to_the_end(kind, folder, state)
        return
    seed = order.plan.seed + n
    part = seed_folder(folder, seed)
    part.write(order.with_seed(seed))
    kept = part.path / TOLD
    if kept.exists():
        yield from map(json.loads, kept.read_text(encoding="utf-8").splitlines())
        return
    told = []
    try:
        for line in runs.lines_to_the_end(kind, part, state):
            told.append(json.dumps(line) + "\n")
            yield line
    except PlaygroundError as e:
        warning: WorkLine = {"warning": f"Seed {seed}: {e.message}"}
        told.append(json.dumps(warning) + "\n")
        yield warning
    if not state.stop.is_set():
        runs.write_whole(kept, "".join(told))


def check_seeds(report: SeedReport, state: State) -> None:
    """InputError if no seed of several came to its end, though nobody stopped them."""
    if not report.seeds and not state.stop.is_set():
        raise InputError(report.warning, "Change the rows or the options.")


def folder_of_best(folder: WorkFolder, report: SeedReport) -> WorkFolder:
    """The folder with what the report of the best seed tells of."""
    seed = next((one.seed for one in report.seeds if one.outcome == report.outcome), None)
    return folder if seed is None else seed_folder(folder, seed)
