"""Files of examples as tables of texts: CSV, TSV, JSONL, or TXT with one text per line."""

import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.errors import InputError
from core.text.phrases import REPLACEMENT, quoted, whole

KINDS = ("csv", "tsv", "jsonl", "txt")
MOST_ROWS = 100_000
MOST_COLUMNS = 1000
LONGEST_LINE = 1_000_000  # characters
LONGEST_CELL = 131_072  # characters, as the csv module has it
LONGEST_NAME = 1000  # characters of a column's name
LARGEST_MB = 20
LARGEST = LARGEST_MB << 20  # bytes, as Streamlit counts a megabyte
SAVE_AS_UTF8 = "Save the file as UTF-8; spreadsheets call it “CSV UTF-8”."
QUOTE_CELLS = "Put cells that contain the separator or a line break in double quotes."
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

    @property
    def size(self) -> int:
        """Characters of all cells."""
        return sum(len(cell) for row in self.rows for cell in row)

    def column(self, name: str) -> list[str]:
        """The cells below a header."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def read_table(name: str, content: bytes, most_rows: int = MOST_ROWS, *, as_json: Collection[str] = ()) -> Table:
    """The table in a file of that name; InputError names the row and the column that are wrong.

    Lists of JSONL become texts with commas between; in the columns `as_json` they stay JSON."""
    kind = Path(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InputError(
            f"{quoted(name)} is not a supported file type.", f"Choose one of these types: {', '.join(KINDS)}."
        )
    if len(content) > LARGEST:
        raise InputError(f"{quoted(name)} is larger than {LARGEST_MB} MB.", "Split the file.")
    text = decode(content)
    if kind == "jsonl":
        table = read_objects(name, text, most_rows, as_json)
    else:
        table = (read_lines if kind == "txt" else read_cells)(name, text, most_rows)
    if table.rows and not table.columns:
        raise InputError(
            f"The objects in {quoted(name)} are empty.", 'Write one object per line, such as {"text": "…"}.'
        )
    if not table.rows:
        raise InputError(f"{quoted(name)} has no rows.", "Put one example per row, below a header if it is a CSV file.")
    return table


def decode(content: bytes) -> str:
    """The file as text: UTF-8, or UTF-16 with its mark; InputError names the row that is neither."""
    try:
        marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16", errors="replace") if marked else content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        row = content.count(b"\n", 0, e.start) + 1
        raise InputError(f"Row {row:,} is not UTF-8 (byte {content[e.start]:#x}).", SAVE_AS_UTF8) from e
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"Row {row:,} contains NUL characters, so it is not plain text.", SAVE_AS_UTF8)
    return text


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, from 1; InputError for one that no row of a table needs."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > LONGEST_LINE:
            message = f"Row {number:,} has {len(line):,} characters; up to {LONGEST_LINE:,} are allowed."
            raise InputError(message, "Split it into several rows.")
        yield number, line


def within(rows: Iterable[tuple[int, Cells]], columns: Cells, name: str, most_rows: int) -> Table:
    """The table of these rows; InputError as soon as there are too many of them, or a cell is too long."""
    found: list[tuple[int, Cells]] = []
    for number, cells in rows:
        if len(found) == most_rows:
            raise InputError(f"{quoted(name)} has more than the {most_rows:,} rows allowed.", "Split the file.")
        for column, cell in zip(columns, cells, strict=True):
            if len(cell) > LONGEST_CELL:
                size = f"{len(cell):,} characters; up to {LONGEST_CELL:,} are allowed"
                raise InputError(f"Row {number:,}, column {quoted(column)}: {size}.", "Shorten this text.")
        found.append((number, cells))
    return Table(name, columns, tuple(cells for _, cells in found), tuple(number for number, _ in found))


def read_lines(name: str, text: str, most_rows: int) -> Table:
    """One text per line in the column “text”; blank lines are left out."""
    rows = ((number, (line.strip(),)) for number, line in numbered_lines(text) if line.strip())
    return within(rows, ("text",), name, most_rows)


def read_objects(name: str, text: str, most_rows: int, as_json: Collection[str] = ()) -> Table:
    """One object per line; the columns are all of their names, in order of appearance."""
    objects = ((number, parse_object(number, line, as_json)) for number, line in numbered_lines(text) if line.strip())
    found = list(islice(objects, most_rows + 1))
    keys = tuple(dict.fromkeys(key for _, one in found for key in one))
    columns = read_header(keys)
    return within(((n, tuple(one.get(key, "") for key in keys)) for n, one in found), columns, name, most_rows)


def parse_object(number: int, line: str, as_json: Collection[str] = ()) -> dict[str, str]:
    """The object of a line, its values as cells; lists stay JSON where the name is in `as_json`."""
    hint = 'Write one object per line, such as {"text": "…"}.'
    try:
        found = json.loads(line)
        if isinstance(found, dict):
            return {plain(key): plain(as_text(value, as_json=key in as_json)) for key, value in found.items()}
    except json.JSONDecodeError as e:
        raise InputError(f"Row {number:,}, column {e.colno}: this is not JSON.", hint) from e
    except (ValueError, RecursionError) as e:  # a number of thousands of digits; lists in lists in lists
        raise InputError(f"Row {number:,} is JSON that is nested too deeply or has too large a number.", hint) from e
    raise InputError(f"Row {number:,} is JSON, but not an object.", hint)


def plain(text: str) -> str:
    """The text with a sign in the place of what no file of text can hold: halves of characters, and NUL."""
    return whole(text).replace("\0", REPLACEMENT)


def as_text(value: object, *, as_json: bool = False) -> str:
    """A value of JSON as a cell; a list stays JSON where that is wanted `as_json`."""
    if isinstance(value, list) and not as_json:
        return ", ".join(map(as_text, value))
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_cells(name: str, text: str, most_rows: int) -> Table:
    """Separated values below a header; blank rows are left out."""
    records = numbered_records(name, text)
    _, header = next(records, (1, []))
    columns = read_header(header)
    rows = ((number, check_width(number, cells, columns)) for number, cells in records if any(cells))
    return within(rows, columns, name, most_rows)


def numbered_records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The records with their numbers, from 1."""
    first = text.split("\n", 1)[0]
    separator = "\t" if Path(name).suffix.lower() == ".tsv" else max(",;\t", key=first.count)
    lines = (line for _, line in numbered_lines(text))
    reader = csv.reader(lines, delimiter=separator, strict=True)
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
                raise InputError(message, "Close it, or double it if it is part of the text.") from e
            raise InputError(f"Row {number:,} cannot be read: {e}.", QUOTE_CELLS) from e
        yield number, cells


def read_header(cells: Sequence[str]) -> Cells:
    """The names of the columns; InputError if two are alike or there are too many."""
    if len(cells) > MOST_COLUMNS:
        message = f"The file has {len(cells):,} columns; up to {MOST_COLUMNS:,} are allowed."
        raise InputError(message, "Remove the columns you do not need.")
    columns = tuple(cell.strip() or f"column {n}" for n, cell in enumerate(cells, 1))
    for column in columns:
        if len(column) > LONGEST_NAME:
            message = f"The column {quoted(column)} has a name of {len(column):,} characters"
            raise InputError(
                f"{message}; up to {LONGEST_NAME:,} are allowed.", "Start the file with a header of short names."
            )
    ((column, count),) = Counter(columns).most_common(1) or [("", 1)]
    if count > 1:
        raise InputError(f"The column {quoted(column)} appears twice.", "Give every column its own name.")
    return columns


def check_width(number: int, cells: Sequence[str], columns: Cells) -> Cells:
    """The cells of a row; InputError names the column that is missing or the cell that is too many."""
    if len(cells) < len(columns):
        count = f"{len(cells):,} {'cell' if len(cells) == 1 else 'cells'}"
        lost = f"{quoted(columns[len(cells)])} is missing"
        message = f"Row {number:,} has {count}, but the header has {len(columns):,}: {lost}."
        raise InputError(message, QUOTE_CELLS)
    if len(cells) > len(columns):
        extra = f"{quoted(cells[len(columns)])} is one too many"
        message = f"Row {number:,} has {len(cells):,} cells, but the header has {len(columns):,}: {extra}."
        raise InputError(message, QUOTE_CELLS)
    return tuple(cells)
