"""The rows that come out of a table: what went in and what came out kept apart, on the disk, then as CSV or JSON Lines.

Only here do both get into one line, under names that cannot meet.
"""

import csv
import io
import json
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from core.files.rows import safe_cell
from core.provenance import Row, Unread, in_words

FIXED = ("checkpoint", "row", "results", "unread", "error")  # columns of every file that is written
PART = 1 << 20  # bytes read at a time


@dataclass(frozen=True)
class Line:
    """One row of a table through one checkpoint: its cells by column, and either what came out, in short (`summary`)
    and as all `results`, or an `error`; `unread` is what did not fit into the context, as rows of Unread."""

    checkpoint: str
    row: int
    inputs: Mapping[str, str]
    summary: Row = field(default_factory=dict)
    results: list[Row] | None = None
    unread: list[Row] = field(default_factory=list)
    error: str = ""


class RowFile:
    """Lines in a temporary file: one thread appends, others read. A line that could not be written whole is not there.

    The file is opened for the first line; whoever appends hears of a full disk. A pickle holds a copy of the file.
    """

    def __init__(self) -> None:
        self.end = 0  # bytes of whole lines
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return copy_of, (self._read(0, self.end),)

    def append(self, line: Line) -> None:
        """Adds a line."""
        self.write(json.dumps(vars(line)).encode() + b"\n")

    def write(self, whole: bytes) -> None:
        """Adds whole lines."""
        left = memoryview(whole)
        with self._lock:
            if self._file is None:  # unbuffered: what a full disk refuses must not come again with the next read
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # lives as long as this object
            self._file.seek(self.end)
            while left:
                left = left[self._file.write(left) :]
            self.end += len(whole)

    def lines(self, place: int = 0) -> Iterator[Line]:
        """The lines from byte `place` to the present end."""
        end, rest = self.end, b""
        while place < end:
            part = self._read(place, min(PART, end - place))
            place += len(part)
            *whole, rest = (rest + part).split(b"\n")
            yield from (Line(**json.loads(one)) for one in whole)

    def _read(self, place: int, size: int) -> bytes:
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(place)
            return self._file.read(size)


def copy_of(lines: bytes) -> RowFile:
    """A file with these lines."""
    one = RowFile()
    if lines:
        one.write(lines)
    return one


def input_names(columns: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """The name of each column of a table in a file that has the columns `taken` as well: its own, or with as many
    `input_` before it as it needs to be the only one."""
    names: dict[str, str] = {}
    others = set(taken)
    used = {*others, *columns}
    for column in columns:
        name = column
        while name in others or (name != column and name in used):
            name = f"input_{name}"
        used.add(name)
        names[column] = name
    return names


def jsonl(lines: Iterable[Line], names: Mapping[str, str]) -> str:
    """The lines as JSON Lines; `names` are those of the columns that went in."""
    return "".join(json.dumps(flat(line, names) | results_of(line), ensure_ascii=False) + "\n" for line in lines)


def results_of(line: Line) -> Row:
    """All results under their name, where there are any, and what was not read in parts."""
    results = {} if line.results is None else {"results": line.results}
    return results | ({"unread": line.unread} if line.unread else {})


def as_csv(lines: Iterable[Line], names: Mapping[str, str], outputs: Iterable[str]) -> str:
    """The lines as CSV with the columns `outputs` of their summaries; a text that a spreadsheet would run as a formula
    gets an apostrophe before it."""
    header = ["checkpoint", "row", *names.values(), *outputs]
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(map(safe_cell, header))
    for line in lines:
        cells = flat(line, names)
        writer.writerow([safe_cell(cells.get(name, "")) for name in header])
    return sink.getvalue()


def flat(line: Line, names: Mapping[str, str]) -> Row:
    """A line as one row: checkpoint, row, what went in, what came out in short or an error, what was not read."""
    row: Row = {"checkpoint": line.checkpoint, "row": line.row}
    row |= {names[column]: cell for column, cell in line.inputs.items()}
    row |= line.summary
    if line.unread:
        row["unread"] = in_words(Unread(**part) for part in line.unread)
    return row | ({"error": line.error} if line.error else {})
