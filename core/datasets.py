"""Files of examples as tables of texts: CSV, TSV, JSONL, or TXT with one text a line."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.phrases import quoted, whole

KINDS = ("csv", "tsv", "jsonl", "txt")
MOST_ROWS = 100_000
MOST_COLUMNS = 1000
LARGEST_MB = 20
LARGEST = LARGEST_MB << 20  # bytes, as Streamlit counts a megabyte
SAVE_AS_UTF8 = "Save the file as UTF-8; spreadsheets call it “CSV UTF-8”."
QUOTE_CELLS = "Put cells that hold the separator or a line break in double quotes."
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a file as texts. `numbers` counts them as an editor or a spreadsheet does, a header being row 1."""

    name: str
    columns: Cells
    rows: tuple[Cells, ...]
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[str]:
        """The cells below a header."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def read_table(name: str, content: bytes, most_rows: int = MOST_ROWS) -> Table:
    """The table in a file of that name; InputError names the row and the column that are wrong."""
    kind = Path(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InputError(f"{quoted(name)} is not a file of examples.", f"Take one of {', '.join(KINDS)}.")
    if len(content) > LARGEST:
        raise InputError(f"{quoted(name)} is larger than {LARGEST_MB} MB.", "Split the file.")
    text = decode(content)
    table = {"txt": read_lines, "jsonl": read_objects}.get(kind, read_cells)(name, text)
    if table.rows and not table.columns:
        raise InputError(f"The objects of {quoted(name)} are empty.", 'Write one object a row, such as {"text": "…"}.')
    if not table.rows:
        raise InputError(f"{quoted(name)} has no rows.", "Put one example a row, below a header if it is a CSV file.")
    if len(table) > most_rows:
        raise InputError(f"{quoted(name)} has {len(table):,} rows; up to {most_rows:,} are allowed.", "Split the file.")
    return table


def decode(content: bytes) -> str:
    """The file as text: UTF-8, or UTF-16 with its mark; InputError names the row that is neither."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        row = content.count(b"\n", 0, e.start) + 1
        raise InputError(f"Row {row:,} is not UTF-8 (byte {content[e.start]:#x}).", SAVE_AS_UTF8) from e
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"Row {row:,} has NUL characters: this is no plain text in UTF-8.", SAVE_AS_UTF8)
    return text


def read_lines(name: str, text: str) -> Table:
    """A text a line in the column “text”; blank lines are left out."""
    found = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return Table(name, ("text",), tuple((line,) for _, line in found), tuple(number for number, _ in found))


def read_objects(name: str, text: str) -> Table:
    """An object a line; the columns are the names of all of them, in the order in which they come."""
    found = [(n, parse_object(n, line)) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    keys = tuple(dict.fromkeys(key for _, one in found for key in one))
    columns = read_header([whole(key) for key in keys])
    rows = tuple(tuple(whole(as_text(one.get(key, ""))) for key in keys) for _, one in found)
    return Table(name, columns, rows, tuple(number for number, _ in found))


def parse_object(number: int, line: str) -> dict[str, Any]:
    """The object of a line."""
    hint = 'Write one object a row, such as {"text": "…"}.'
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as e:
        place = f", column {e.colno}" if isinstance(e, json.JSONDecodeError) else ""
        raise InputError(f"Row {number:,}{place}: this is not JSON.", hint) from e
    if not isinstance(found, dict):
        raise InputError(f"Row {number:,} is JSON, but not an object.", hint)
    return found


def as_text(value: object) -> str:
    """A value of JSON as a cell."""
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_cells(name: str, text: str) -> Table:
    """Separated values below a header; blank rows are left out."""
    records = numbered_records(name, text)
    _, header = next(records, (1, []))
    columns = read_header(header)
    found = [(number, check_width(number, cells, columns)) for number, cells in records if any(cells)]
    return Table(name, columns, tuple(cells for _, cells in found), tuple(number for number, _ in found))


def numbered_records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The records with their numbers, from 1."""
    first = text.split("\n", 1)[0]
    separator = "\t" if Path(name).suffix.lower() == ".tsv" else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as e:
            if "unexpected end" in str(e):
                message = f"Row {number:,} opens a double quote that is never closed."
                raise InputError(message, "Close it, or write it twice where it is meant as a character.") from e
            raise InputError(f"Row {number:,} cannot be read: {e}.", QUOTE_CELLS) from e
        yield number, cells


def read_header(cells: Sequence[str]) -> Cells:
    """The names of the columns; InputError if two are alike or there are too many."""
    if len(cells) > MOST_COLUMNS:
        message = f"The file has {len(cells):,} columns; up to {MOST_COLUMNS:,} are allowed."
        raise InputError(message, "Leave out those that are not needed.")
    columns = tuple(cell.strip() or f"column {n}" for n, cell in enumerate(cells, 1))
    ((column, count),) = Counter(columns).most_common(1) or [("", 1)]
    if count > 1:
        raise InputError(f"The column {quoted(column)} appears twice.", "Give every column its own name.")
    return columns


def check_width(number: int, cells: Sequence[str], columns: Cells) -> Cells:
    """The cells of a row; InputError names the column that is missing or the cell that is too many."""
    if len(cells) < len(columns):
        message = (
            f"Row {number:,} has no column {quoted(columns[len(cells)])}: it has {len(cells)} of {len(columns)} cells."
        )
        raise InputError(message, QUOTE_CELLS)
    if len(cells) > len(columns):
        count = f"{len(cells)} cells, not {len(columns)}"
        extra = quoted(cells[len(columns)])
        message = f"Row {number:,} goes on after column {quoted(columns[-1])}, with {extra}: {count}."
        raise InputError(message, QUOTE_CELLS)
    return tuple(cells)
