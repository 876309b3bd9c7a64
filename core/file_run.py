"""A table on its way through the engine: a thread of its own, progress, a stop, and rows that wait on the disk."""

import csv
import io
import json
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from core.datasets import Table
from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.requests import Request
from core.rows import Row, rows, safe_cell, summary

OURS = ("checkpoint", "row", "results", "error")  # names that a column of the table cannot keep
RequestOf = Callable[[Mapping[str, str]], Request]


@dataclass(frozen=True)
class Progress:
    """How far a run has come: rows of all checkpoints, those without an answer, seconds since the start."""

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
class _Work:
    """What the thread and the page share."""

    table: Table
    checkpoints: tuple[str, ...]
    columns: dict[str, str]
    request_of: RequestOf
    file: TextIO
    header: dict[str, None] = field(default_factory=dict)  # of the CSV file, in order
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: int = 0
    bad: int = 0
    first_bad: str = ""
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    error: PlaygroundError | None = None
    running: bool = True


class FileRun:
    """Runs every row of a table through one checkpoint after the other, starting at once.

    `columns`: for each text of the request the column that holds it; `request_of` makes the request of these texts.

    Rows are written to a temporary file as they come, so memory does not grow with their number. The work stops when
    nobody holds the run any more: with the visitor's session.
    """

    def __init__(
        self,
        engine: Engine,
        task: str,
        checkpoints: Sequence[str],
        table: Table,
        columns: Mapping[str, str],
        request_of: RequestOf,
    ) -> None:
        self.table, self.checkpoints = table, tuple(checkpoints)
        file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115  # lives with the run
        self._work = _Work(table, self.checkpoints, dict(columns), request_of, file)
        weakref.finalize(self, self._work.stop.set)
        thread = threading.Thread(target=work, args=(self._work, engine, task), name="file-run", daemon=True)
        thread.start()

    def stop(self) -> None:
        """Ends the run after the rows that are in the model now; what is done stays."""
        self._work.stop.set()

    def progress(self) -> Progress:
        """How far it has come."""
        one = self._work
        seconds = (one.ended or time.monotonic()) - one.started
        total = len(one.table) * len(one.checkpoints)
        return Progress(one.done, total, one.bad, seconds, one.running, one.stop.is_set(), one.error)

    @property
    def columns(self) -> Mapping[str, str]:
        """The column of each text of a request."""
        return self._work.columns

    @property
    def first_bad(self) -> str:
        """Why the first row without an answer has none, naming row and column; empty if all have one."""
        return self._work.first_bad

    def lines(self) -> Iterator[Row]:
        """The rows so far: checkpoint, row, the cells of the table, what came out, and all `results` or an `error`."""
        with self._work.lock:
            self._work.file.flush()
            end = self._work.file.tell()
        place = 0
        while place < end:  # the thread may write in between
            with self._work.lock:
                self._work.file.seek(place)
                chunk = [self._work.file.readline() for _ in range(256)]
                place = self._work.file.tell()
                self._work.file.seek(0, 2)
            yield from (json.loads(line) for line in chunk if line)

    def jsonl(self) -> str:
        """The rows as JSONL."""
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines())

    def csv(self) -> str:
        """The rows as CSV, without `results`; a text that a spreadsheet would run gets an apostrophe before it."""
        sink = io.StringIO(newline="")
        writer = csv.DictWriter(sink, list(self._work.header), extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in line.items()} for line in self.lines())
        return sink.getvalue()


def work(one: _Work, engine: Engine, task: str) -> None:
    """The thread: every checkpoint, every row; an error of a whole checkpoint ends the run."""
    try:
        for checkpoint in one.checkpoints:
            results = engine.stream(task, checkpoint, requests(one))
            for number, cells, result in zip(one.table.numbers, one.table.rows, results, strict=False):
                write(one, checkpoint, number, dict(zip(one.table.columns, cells, strict=True)), result)
    except PlaygroundError as e:
        one.error = e
    finally:
        one.ended, one.running = time.monotonic(), False


def requests(one: _Work) -> Iterator[Request | PlaygroundError]:
    """The request of each row, or what is wrong with it; no more once somebody says stop."""
    places = {name: one.table.columns.index(column) for name, column in one.columns.items()}
    for cells in one.table.rows:
        if one.stop.is_set():
            return
        try:
            yield one.request_of({name: cells[place] for name, place in places.items()})
        except InputError as e:
            yield e


def write(one: _Work, checkpoint: str, number: int, cells: Row, result: Any) -> None:
    """A row to the file."""
    line: Row = {"checkpoint": checkpoint, "row": number}
    line |= {f"input_{name}" if name in OURS else name: cell for name, cell in cells.items()}
    details: Row = {}
    if bad := isinstance(result, PlaygroundError):
        line["error"] = f"Row {number:,}{column_at_fault(one, result)}: {result}"
    else:
        line |= {name if name not in line else f"predicted_{name}": value for name, value in summary(result).items()}
        details = {"results": rows(result)}
    with one.lock:
        one.header |= dict.fromkeys(line)
        one.file.write(json.dumps(line | details, ensure_ascii=False) + "\n")
        one.first_bad = one.first_bad or line.get("error", "")
        one.bad += bad
        one.done += 1


def column_at_fault(one: _Work, error: PlaygroundError) -> str:
    """The column that an error is about, if that can be told."""
    name = error.field if isinstance(error, InputError) else ""
    columns = list(one.columns.values())
    column = one.columns.get(name) or (columns[0] if len(columns) == 1 else "")
    return f", column “{column}”" if column else ""
