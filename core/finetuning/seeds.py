"""The lines of a training with one of several seeds, in a folder of its own within that of all."""

import json
from collections.abc import Iterator
from typing import Any

from core.errors import InputError, PlaygroundError
from core.jobs import State
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

TOLD = "told.jsonl"  # what a seed that is over has said


def seed_folder(folder: WorkFolder, seed: int) -> WorkFolder:
    """The folder of one seed of several."""
    return type(folder)(folder.path / f"seed-{seed}")


def lines_of_seed(kind: str, part: WorkFolder, order: Any, state: State) -> Iterator[WorkLine]:
    """What the training of a seed says; one that was over before a restart says it again. One that fails does not end
    the others: its last line is a warning."""
    part.write(order)
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
        warning: WorkLine = {"warning": f"{part.path.name}: {e.message}"}
        told.append(json.dumps(warning) + "\n")
        yield warning
    if not state.stop.is_set():
        runs.write_whole(kept, "".join(told))


def check_seeds(trained: int, report_warning: str, state: State) -> None:
    """InputError if no seed of several came to its end, though nobody stopped them."""
    if not trained and not state.stop.is_set():
        raise InputError(report_warning, "Change the rows or the options.")
