"""A training as a job: a process of its own, of one thread and low priority, whose lines are read as they come."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from core.engine import Library
from core.errors import CapacityError, InputError, ModelLoadError, PlaygroundError
from core.finetuning.report import TrainingLine, TrainingPoint, TrainingReport, TrainingStart, read_line
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.finetuning.turns import Turns
from core.jobs import State
from core.paths import ROOT
from core.settings import load_settings

HOME = "trainings"  # in the folder of the cache
NICE = 10
LAST_WORDS = 2000  # characters of what the process said on standard error
KEPT_S = 7 * 24 * 3600.0  # of a folder that nobody came back to
TURNS = Turns()
log = logging.getLogger(__name__)
BAD_INPUT = 2  # the code with which the process ends when it tells what is wrong
OUT_OF_MEMORY_SIGNAL = -9  # what Linux ends a process with that asks for too much


@dataclass(frozen=True)
class FineTuneRun:
    """Trains as an order says. `id`, that of its job, names its folder, by which it is found after a restart."""

    id: str
    order: TrainingOrder

    @property
    def total(self) -> int:
        """Steps, about; the process says how many there are."""
        return max(1, self.order.plan.epochs)

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, trains, and takes in what came out. Its folder outlives only a server that is killed."""
        folder, most = folder_of(self.id), allowed()
        forget_old()
        folder.write(self.order)
        report = TrainingReport()

        def told(place: int) -> None:
            state.shown = replace(report, place=place)

        try:
            with TURNS.turn(most, told, state.stop.is_set) as begins:
                for line in lines_to_the_end(folder, state) if begins else ():
                    state.shown = report = report.after(line)
                    if isinstance(line, TrainingStart):
                        state.total = line.steps
                    elif isinstance(line, TrainingPoint):
                        state.done = line.step
            if report.outcome:
                row = library.adopt(self.order.name, folder.model, self.order.plan.checkpoint)
                state.result = replace(report, checkpoint=row.id)
                state.done = state.total
        finally:
            shutil.rmtree(folder.path, ignore_errors=True)


def lines_to_the_end(folder: RunFolder, state: State) -> Iterator[TrainingLine | str]:
    """What a training says; if its process fails, another one writes the best weights of the last evaluation."""
    try:
        yield from lines_of(folder, state)
    except InputError:
        raise
    except PlaygroundError as e:
        if not folder.state.exists():
            raise
        yield f"{e.message} The best weights until then are kept."
        yield from lines_of(folder, state, "finish")


def allowed() -> int:
    """How many trainings may run at a time; CapacityError if none may."""
    most = load_settings().trainings
    if not most:
        raise CapacityError("Training is switched off here.", "Raise PLAYGROUND_TRAININGS.")
    return most


def folder_of(id: str) -> RunFolder:
    """The folder of a training."""
    return RunFolder(load_settings().cache_folder.expanduser() / HOME / id)


def lines_of(folder: RunFolder, state: State, *how: str) -> Iterator[TrainingLine | str]:
    """What the process of a training says; it is asked to come to an end when the job is stopped."""
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "core.commands.train", str(folder.path), *how]
    errors = folder.path / "errors.txt"
    with errors.open("wb") as file, process_of(command, threads, file) as process:
        over = threading.Event()
        threading.Thread(target=end_when_stopped, args=(process, state, over), daemon=True).start()
        try:
            for line in process.stdout or ():
                yield read_line(json.loads(line))
            code = process.wait()
        finally:
            over.set()
    if code and not state.stop.is_set():
        raise why(code, errors.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:])


@contextmanager
def process_of(command: list[str], extra: Mapping[str, str], errors: Any) -> Iterator[subprocess.Popen[str]]:
    """The process, which is gone when the block ends."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | dict(extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def end_when_stopped(process: subprocess.Popen[str], state: State, over: threading.Event) -> None:
    """Asks the process to come to an end, with its best weights, once the job is stopped."""
    while not over.is_set():
        if state.stop.wait(0.1):
            process.terminate()
            return


def why(code: int, errors: str) -> PlaygroundError:
    """The error of a process that ended early."""
    last = errors.strip().rpartition("\n")[2]
    if code == BAD_INPUT and last:
        return InputError(last)
    if code == OUT_OF_MEMORY_SIGNAL or "not enough memory" in errors or "MemoryError" in errors:
        return CapacityError("There was not enough memory for this training.", "Take a smaller model or batch.")
    log.error("A training failed with code %s: %s", code, errors)
    return ModelLoadError("The training ended with an error.", "Start it again, with fewer rows or a smaller model.")


def unfinished(id: str) -> FineTuneRun | None:
    """The training of that id if it was begun and the server restarted before it was over."""
    folder = folder_of(id)
    if not id.replace("-", "").replace("_", "").isalnum() or not folder.order.exists():
        return None
    return FineTuneRun(id, folder.read())


def forget_old() -> None:
    """Removes the folders of trainings that nobody came back to."""
    for order in folder_of("x").path.parent.glob("*/order.json"):
        if time.time() - order.stat().st_mtime > KEPT_S:
            shutil.rmtree(order.parent, ignore_errors=True)
