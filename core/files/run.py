"""A table run through the engine in the background; its results wait on disk."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core.background import Background, State, recorded
from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.files.row_file import FIXED, Line, RowFile, as_csv, flat, input_names, jsonl
from core.files.rows import rows, summary
from core.files.tables import Table
from core.provenance import Request, Row
from core.text.phrases import quoted

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
        """Rows per second."""
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
    """The table, its progress, and the file that its results go to."""

    table: Table = field(kw_only=True)
    checkpoints: tuple[str, ...] = field(kw_only=True)
    columns: dict[str, str] = field(kw_only=True)
    request_of: RequestOf = field(kw_only=True)
    file: RowFile = field(default_factory=RowFile)
    outputs: dict[str, None] = field(default_factory=dict)  # columns of what came out, in order
    lock: threading.Lock = field(default_factory=threading.Lock)
    laps: dict[str, _Lap] = field(default_factory=dict)
    first_bad: str = ""
    cut: int = 0  # rows of which a part was not read


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

    @property
    def cut(self) -> int:
        """How many rows so far had texts of which a part did not fit into the context."""
        return self._sheet.cut

    def laps(self) -> dict[str, Lap]:
        """How each checkpoint that has begun is doing, in their order."""
        now = time.monotonic()
        laps = list(self._sheet.laps.items())
        return {name: Lap(lap.rows, (lap.ended or now) - lap.began, lap.error) for name, lap in laps}

    def lines_of(self, checkpoint: str) -> Iterator[Line]:
        """The rows of one checkpoint."""
        lap = self._sheet.laps.get(checkpoint)
        lines = self._sheet.file.lines(lap.place) if lap else iter(())
        return itertools.takewhile(lambda line: line.checkpoint == checkpoint, lines)

    def lines(self) -> Iterator[Line]:
        """The rows so far."""
        return self._sheet.file.lines()

    def names(self) -> dict[str, str]:
        """What each column of the table is called in the files, where it stands beside what came out."""
        with self._sheet.lock:
            return input_names(self.table.columns, (*FIXED, *self._sheet.outputs))

    def flat_lines(self) -> Iterator[Row]:
        """The rows so far as the files have them, without `results`."""
        names = self.names()
        return (flat(line, names) for line in self.lines())

    def jsonl(self) -> str:
        """The rows as JSON Lines."""
        return jsonl(self.lines(), self.names())

    def csv(self) -> str:
        """The rows as CSV, without `results`."""
        rare = {"unread": self._sheet.cut, "error": self._sheet.bad}
        outputs = [*self._sheet.outputs, *(name for name, count in rare.items() if count)]
        return as_csv(self.lines(), self.names(), outputs)


def work(one: _Sheet, engine: Engine, task: str) -> None:
    """Every row through every checkpoint; one that fails as a whole leaves the rows to the others, if there are any."""
    for checkpoint in one.checkpoints:
        lap = one.laps[checkpoint] = _Lap(one.file.end)
        try:
            results = engine.stream(task, checkpoint, requests(one, lap))
            for number, cells, result in zip(one.table.numbers, one.table.rows, results, strict=False):
                write(one, checkpoint, number, dict(zip(one.table.columns, cells, strict=True)), result)
        except Exception as e:  # whatever it is, the other checkpoints get their turn
            lap.error = recorded(e)
            one.lost += len(one.table) - lap.rows
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


def write(one: _Sheet, checkpoint: str, number: int, cells: Mapping[str, str], result: Any) -> None:
    """A row to the file."""
    if bad := isinstance(result, PlaygroundError):
        error = f"Row {number:,}{column_at_fault(one, result)}: {result}"
        line = Line(checkpoint, number, cells, error=error)
    else:
        unread = [asdict(part) for part in result.provenance.unread]
        line = Line(checkpoint, number, cells, summary(result), rows(result), unread)
    one.file.append(line)
    with one.lock:
        one.outputs |= dict.fromkeys(line.summary)
        one.first_bad = one.first_bad or line.error
        one.bad += bad
        one.cut += bool(line.unread)
        one.done += 1
        one.laps[checkpoint].rows += 1


def column_at_fault(one: _Sheet, error: PlaygroundError) -> str:
    """The column that an error is about, if that can be told."""
    name = error.field if isinstance(error, InputError) else ""
    columns = list(one.columns.values())
    column = one.columns.get(name) or (columns[0] if len(columns) == 1 else "")
    return f", column {quoted(column)}" if column else ""
