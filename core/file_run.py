"""A table on its way through the engine in the background; its rows wait on the disk."""

import csv
import io
import itertools
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from core.background import Background, State
from core.datasets import Table
from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.requests import Request
from core.rows import Row, rows, safe_cell, summary

OURS = ("checkpoint", "row", "results", "error")  # names that a column of the table cannot keep
RequestOf = Callable[[Mapping[str, str]], Request]


@dataclass(frozen=True)
class Lap:
    """What one checkpoint has done so far: its rows, the seconds since its weights were there, and why it stopped if
    it failed as a whole."""

    rows: int
    seconds: float
    error: PlaygroundError | None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / max(self.seconds, 1e-6)


@dataclass
class _Lap:
    """The same on its way, and where its rows begin in the file."""

    place: int
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    rows: int = 0
    error: PlaygroundError | None = None


@dataclass
class _Sheet(State):
    """The table, what becomes of it, and the file that takes it."""

    table: Table = field(kw_only=True)
    checkpoints: tuple[str, ...] = field(kw_only=True)
    columns: dict[str, str] = field(kw_only=True)
    request_of: RequestOf = field(kw_only=True)
    file: TextIO = field(kw_only=True)
    header: dict[str, None] = field(default_factory=dict)  # of the CSV file, in order
    lock: threading.Lock = field(default_factory=threading.Lock)
    laps: dict[str, _Lap] = field(default_factory=dict)
    first_bad: str = ""


class FileRun(Background):
    """Runs every row of a table through one checkpoint after the other, starting at once.

    `columns`: for each text of the request the column that holds it; `request_of` makes the request of these texts.

    Rows are written to a temporary file as they come, so memory does not grow with their number.
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
        self._sheet = _Sheet(
            len(table) * len(checkpoints),
            table=table,
            checkpoints=tuple(checkpoints),
            columns=dict(columns),
            request_of=request_of,
            file=tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass"),  # noqa: SIM115  # lives as long as the run
        )
        super().__init__(self._sheet, work, engine, task)

    @property
    def table(self) -> Table:
        """What runs."""
        return self._sheet.table

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Through which it runs."""
        return self._sheet.checkpoints

    @property
    def columns(self) -> Mapping[str, str]:
        """The column of each text of a request."""
        return self._sheet.columns

    @property
    def first_bad(self) -> str:
        """Why the first row without an answer has none, naming row and column; empty if all have one."""
        return self._sheet.first_bad

    def laps(self) -> dict[str, Lap]:
        """How each checkpoint that has begun is doing, in their order."""
        now = time.monotonic()
        laps = list(self._sheet.laps.items())
        return {name: Lap(lap.rows, (lap.ended or now) - lap.began, lap.error) for name, lap in laps}

    def lines_of(self, checkpoint: str) -> Iterator[Row]:
        """The rows of one checkpoint."""
        lap = self._sheet.laps.get(checkpoint)
        rows = self.lines(lap.place) if lap else iter(())
        return itertools.takewhile(lambda line: line["checkpoint"] == checkpoint, rows)

    def lines(self, place: int = 0) -> Iterator[Row]:
        """The rows so far: checkpoint, row, the cells of the table, what came out, and all `results` or an `error`."""
        with self._sheet.lock:
            self._sheet.file.flush()
            end = self._sheet.file.tell()
        while place < end:  # the thread may write in between
            with self._sheet.lock:
                self._sheet.file.seek(place)
                chunk = [self._sheet.file.readline() for _ in range(256)]
                place = self._sheet.file.tell()
                self._sheet.file.seek(0, 2)
            yield from (json.loads(line) for line in chunk if line)

    def jsonl(self) -> str:
        """The rows as JSONL."""
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines())

    def csv(self) -> str:
        """The rows as CSV, without `results`; a text that a spreadsheet would run gets an apostrophe before it."""
        sink = io.StringIO(newline="")
        writer = csv.DictWriter(sink, list(self._sheet.header), extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in line.items()} for line in self.lines())
        return sink.getvalue()


def work(one: _Sheet, engine: Engine, task: str) -> None:
    """Every row through every checkpoint; one that fails as a whole leaves the rows to the others, if there are any."""
    for checkpoint in one.checkpoints:
        with one.lock:
            lap = one.laps[checkpoint] = _Lap(one.file.tell())
        try:
            results = engine.stream(task, checkpoint, requests(one, lap))
            for number, cells, result in zip(one.table.numbers, one.table.rows, results, strict=False):
                write(one, checkpoint, number, dict(zip(one.table.columns, cells, strict=True)), result)
        except PlaygroundError as e:
            lap.error = e
            one.total -= len(one.table) - lap.rows
        finally:
            lap.ended = time.monotonic()
    errors = [lap.error for lap in one.laps.values() if lap.error]
    if len(errors) == len(one.checkpoints):
        raise errors[0]


def requests(one: _Sheet, lap: _Lap) -> Iterator[Request | PlaygroundError]:
    """The request of each row, or what is wrong with it; no more once somebody says stop. The clock of the lap starts
    with the first, for which the engine asks when it has the weights."""
    lap.began = time.monotonic()
    places = {name: one.table.columns.index(column) for name, column in one.columns.items()}
    for cells in one.table.rows:
        if one.stop.is_set():
            return
        try:
            yield one.request_of({name: cells[place] for name, place in places.items()})
        except InputError as e:
            yield e


def write(one: _Sheet, checkpoint: str, number: int, cells: Row, result: Any) -> None:
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
        one.laps[checkpoint].rows += 1


def column_at_fault(one: _Sheet, error: PlaygroundError) -> str:
    """The column that an error is about, if that can be told."""
    name = error.field if isinstance(error, InputError) else ""
    columns = list(one.columns.values())
    column = one.columns.get(name) or (columns[0] if len(columns) == 1 else "")
    return f", column “{column}”" if column else ""
