"""A process of one thread and low priority that imports everything at once, waits for one order, and carries it out."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import CapacityError, InputError, ModelLoadError, PlaygroundError
from core.paths import ROOT

NICE = 10
THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
STOP = "stop"  # the line that asks it to come to an end
ERRORS = "errors.txt"  # in the folder of its work: what it says on standard error
LAST_WORDS = 2000  # characters of that
IDLE_S = 60.0  # that it waits for the order it is started for
MARGIN_S = 60.0  # that it waits longer than it is counted on
BAD_INPUT = 2  # the code with which the process ends when it tells what is wrong
OUT_OF_MEMORY_SIGNAL = -9  # what Linux ends a process with that asks for too much
log = logging.getLogger(__name__)


class Worker:
    """`python -m core.commands.worker`, which ends with this process, however that ends: its standard input does.

    It may be asked for its order within `idle_s` seconds of the last time it was told to wait.
    """

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self.idle_s, self._told = idle_s, time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.commands.worker", str(idle_s + MARGIN_S)],
            cwd=ROOT,
            env=os.environ | THREADS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the server
        )
        os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)

    def wait_on(self) -> bool:
        """Tells it to wait as long again; whether it is there to be told."""
        now = time.monotonic()
        if now - self._told > self.idle_s or self._process.poll() is not None or not self._say(""):
            return False
        self._told = now
        return True

    def obey(self, kind: str, folder: Path, stop: threading.Event, *, finish: bool = False) -> Iterator[dict[str, Any]]:
        """What it says of its work of some `kind`, whose order stands in `folder`, line by line; it is asked to come to
        an end once `stop` is set. With `finish` it only writes what the last state in the folder comes to."""
        over = threading.Event()
        self._say(json.dumps({"kind": kind, "folder": str(folder), "finish": finish}))
        threading.Thread(target=self._pass_on, args=(stop, over), daemon=True).start()
        try:
            yield from map(json.loads, self._process.stdout or ())
            code = self._process.wait()
        finally:
            over.set()
            self.end()
        if code and not stop.is_set():
            errors = folder / ERRORS
            raise why(code, errors.read_text("utf-8", "replace")[-LAST_WORDS:] if errors.exists() else "")

    def end(self) -> None:
        """Ends it at once."""
        self._process.kill()
        with self._process:  # closes what it was told and heard through
            pass

    def _say(self, line: str) -> bool:
        """Whether the line went out."""
        assert self._process.stdin
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def _pass_on(self, stop: threading.Event, over: threading.Event) -> None:
        """Tells it to stop once the job is stopped."""
        while not over.is_set():
            if stop.wait(0.1):
                self._say(STOP)
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
