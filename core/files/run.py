"""A table run through the engine as a job; its results wait on disk."""

import itertools
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.engine import Engine, Library
from core.errors import InputError, PlaygroundError
from core.files.row_file import FIXED, Line, RowFile, as_csv, flat, input_names, jsonl
from core.files.rows import rows, summary
from core.files.tables import Table
from core.jobs import State, recorded
from core.provenance import Request, Row
from core.tasks import find_task
from core.text.phrases import quoted


@dataclass
class Lap:
    """What one checkpoint has done so far: its rows, where they begin in the file, when it had its weights and when it
    ended, in seconds of one clock, and why it stopped if it failed as a whole."""

    place: int = 0
    rows: int = 0
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    error: PlaygroundError | None = None

    @property
    def seconds(self) -> float:
        """Since its weights were there."""
        return (self.ended or time.monotonic()) - self.began

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / max(self.seconds, 1e-6)


@dataclass(frozen=True)
class FileRun:
    """Runs every row of a table through one checkpoint after the other: the work of a job.

    `columns`: for each text of the request the column that holds it; `fixed`: the other fields of the request, the same
    for all rows.
    """

    task: str
    checkpoints: tuple[str, ...]
    table: Table
    columns: Mapping[str, str]
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Rows times checkpoints."""
        return len(self.table) * len(self.checkpoints)

    def run(self, engine: Engine, library: Library, state: State) -> None:
        """Every row through every checkpoint; one that fails as a whole leaves the rows to the others, if there are
        any. Rows are written to a temporary file as they come, so memory does not grow with their number."""
        found = state.result = FileResults(self.table, self.checkpoints, self.columns)
        for checkpoint in self.checkpoints:
            lap = found.laps[checkpoint] = Lap(found.file.end)
            try:
                found.models[checkpoint] = replace(library.catalog[checkpoint], owner="")
                results = engine.stream(self.task, checkpoint, self._requests(lap, state), state.stop.is_set)
                for number, cells, result in zip(self.table.numbers, self.table.rows, results, strict=False):
                    found.add(checkpoint, number, dict(zip(self.table.columns, cells, strict=True)), result)
                    state.done, state.bad = state.done + 1, found.bad
            except Exception as e:  # whatever it is, the other checkpoints get their turn
                lap.error = recorded(e)
                state.lost += len(self.table) - lap.rows
            finally:
                lap.ended = time.monotonic()
                state.size = self.table.size + found.file.end
        errors = [lap.error for lap in found.laps.values() if lap.error]
        if len(errors) == len(self.checkpoints):
            raise errors[0]

    def _requests(self, lap: Lap, state: State) -> Iterator[Request | PlaygroundError]:
        """The request of each row, or what is wrong with it; no more once somebody says stop. The clock of the lap
        starts with the first, for which the engine asks when it has the weights."""
        lap.began = time.monotonic()
        places = {name: self.table.columns.index(column) for name, column in self.columns.items()}
        request = find_task(self.task).request
        for cells in self.table.rows:
            if state.stop.is_set():
                return
            try:
                yield request(**self.fixed, **{name: cells[place] for name, place in places.items()})
            except InputError as e:
                yield e


@dataclass(eq=False)
class FileResults:
    """What has come out of a table, row by row in a temporary file, which goes with this object."""

    table: Table
    checkpoints: tuple[str, ...]
    columns: Mapping[str, str]
    laps: dict[str, Lap] = field(default_factory=dict)  # of the checkpoints that have begun, in their order
    models: dict[str, Checkpoint] = field(default_factory=dict)  # their rows: whoever reads this may not know them
    file: RowFile = field(default_factory=RowFile)
    first_bad: str = ""  # why the first row without an answer has none, naming row and column
    bad: int = 0
    id: str = field(default_factory=secrets.token_hex)  # by which others know what they have read of it
    _outputs: dict[str, None] = field(default_factory=dict)  # columns of what came out, in order
    _cut: set[int] = field(default_factory=set)  # numbers of the rows of which a part was not read

    @property
    def cut(self) -> int:
        """How many rows had texts of which a part did not fit into the context of a checkpoint."""
        return len(self._cut)

    def add(self, checkpoint: str, number: int, cells: Mapping[str, str], result: Any) -> None:
        """Takes in what came of a row: a result or an error."""
        if bad := isinstance(result, PlaygroundError):
            error = f"Row {number:,}{self._column_at_fault(result)}: {result}"
            line = Line(checkpoint, number, cells, error=error)
        else:
            unread = [asdict(part) for part in result.provenance.unread]
            line = Line(checkpoint, number, cells, summary(result), rows(result), unread)
        self.file.append(line)
        self._outputs |= dict.fromkeys(line.summary)
        self.first_bad = self.first_bad or line.error
        self.bad += bad
        self.laps[checkpoint].rows += 1
        if line.unread:
            self._cut.add(number)

    def _column_at_fault(self, error: PlaygroundError) -> str:
        """The column that an error is about, if that can be told."""
        name = error.field if isinstance(error, InputError) else ""
        columns = list(self.columns.values())
        column = self.columns.get(name) or (columns[0] if len(columns) == 1 else "")
        return f", column {quoted(column)}" if column else ""

    def lines_of(self, checkpoint: str) -> Iterator[Line]:
        """The rows of one checkpoint."""
        lap = self.laps.get(checkpoint)
        lines = self.file.lines(lap.place) if lap else iter(())
        return itertools.takewhile(lambda line: line.checkpoint == checkpoint, lines)

    def lines(self) -> Iterator[Line]:
        """All rows."""
        return self.file.lines()

    def names(self) -> dict[str, str]:
        """What each column of the table is called in the files, where it stands beside what came out."""
        return input_names(self.table.columns, (*FIXED, *self._outputs))

    def flat_lines(self) -> Iterator[Row]:
        """The rows as the files have them, without `results`."""
        names = self.names()
        return (flat(line, names) for line in self.lines())

    def jsonl(self) -> str:
        """The rows as JSON Lines."""
        return jsonl(self.lines(), self.names())

    def csv(self) -> str:
        """The rows as CSV, without `results`."""
        rare = {"unread": self.cut, "error": self.bad}
        outputs = [*self._outputs, *(name for name, count in rare.items() if count)]
        return as_csv(self.lines(), self.names(), outputs)
