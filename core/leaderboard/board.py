"""The variants pretrained on the same text: what each scored, what it costs, how it learned. Loads no weights."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.checkpoints.cards import card_file
from core.checkpoints.catalog import Catalog, Checkpoint
from core.engine import Engine, Library
from core.leaderboard.columns import COLUMNS, QUALITY, Column

GENERATOR = "-generator"  # stands behind the id of the variant that learned from it
EQUAL = 0.01  # share by which costs may differ that count as equal
NO_WEIGHTS, NO_CURVE = "weights missing", "curve missing"
Standing = Literal["best", "close", ""]
Point = Mapping[str, float]


@dataclass(frozen=True)
class Cell:
    """A number with the standard error of a share, and what it was measured on; or the `reason` why there is none."""

    value: float | None = None
    error: float = 0.0
    rows: int = 0
    dataset: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A variant: its cells by column, and the points of its curve: step, tokens, seconds, loss, held-out scores."""

    row: Checkpoint
    cells: Mapping[str, Cell]
    curve: tuple[Point, ...]


@dataclass(frozen=True)
class Board:
    """All variants, in the order of the catalogue; `generators` only filled the masks for one of them."""

    entries: tuple[Entry, ...]
    generators: tuple[Entry, ...] = ()

    def ranked(self, column: str) -> tuple[Entry, ...]:
        """The best first; those without a number last."""
        return tuple(sorted(self.entries, key=lambda entry: effort(entry, column)))

    def standing(self, entry: Entry, column: str) -> Standing:
        """Whether it is the best of a column, or so close to the best that the rows cannot tell them apart.

        Costs that differ by less than one in a hundred are equal, and nothing stands out where all are the best.
        """
        cells = [one.cells[column] for one in self.ranked(column)]
        if entry.cells[column].value is None or all(compare(cell, cells[0]) == "best" for cell in cells):
            return ""
        return compare(entry.cells[column], cells[0])

    def alike(self, column: str) -> float | None:
        """The number that several variants have in common, as costs that hardly differ do; None if they differ."""
        values = [entry.cells[column].value for entry in self.entries]
        known = [value for value in values if value is not None]
        off = EQUAL if COLUMNS[column].unit != "share" else 0
        same = len(known) == len(values) > 1 and max(known) - min(known) <= off * min(known)
        return known[0] if same else None

    def family(self, name: str) -> Entry | None:
        """The first variant of a family."""
        return next((entry for entry in self.entries if entry.row.family == name), None)


def effort(entry: Entry, column: str) -> float:
    """What a column is sorted by: less is better."""
    value = entry.cells[column].value
    if value is None:
        return math.inf
    return -value if COLUMNS[column].unit == "share" else value


def compare(own: Cell, best: Cell) -> Standing:
    """How a cell compares with the best of its column."""
    if own.value is None or best.value is None:
        return ""
    difference = abs(own.value - best.value)
    if difference <= (0 if best.error else EQUAL * best.value):
        return "best"
    return "close" if difference <= 2 * math.hypot(own.error, best.error) else ""


def variants(catalog: Catalog) -> tuple[Checkpoint, ...]:
    """The bundled checkpoints that were pretrained here, generators among them."""
    return tuple(row for row in catalog if row.source == "bundled" and not row.base and not row.trained_from)


def read_board(engine: Engine, library: Library) -> Board:
    """The variants of the engine's catalogue, from their cards, the headers of their weights and their curves."""
    parameters = {row.id: row.parameters for row in engine.status().checkpoints}
    entries = [read_entry(library, row, parameters[row.id]) for row in variants(library.catalog)]
    generators = {entry.row.id + GENERATOR for entry in entries}
    return Board(
        tuple(entry for entry in entries if entry.row.id not in generators),
        tuple(entry for entry in entries if entry.row.id in generators),
    )


def read_entry(library: Library, row: Checkpoint, parameters: int) -> Entry:
    """One of them."""
    curve = read_curve(row)
    cells = {column.id: score(library, row, column) for column in QUALITY}
    cells["parameters"] = exact(parameters, NO_WEIGHTS)
    cells["megabytes"] = exact(weight_bytes(row) / 1e6, NO_WEIGHTS)
    cells["milliseconds"] = score(library, row, COLUMNS["milliseconds"])
    cells["minutes"] = exact(curve[-1]["seconds"] / 60 if curve else 0, NO_CURVE)
    cells["tokens"] = exact(curve[-1]["tokens"] if curve else 0, NO_CURVE)
    return Entry(row, cells, curve)


def score(library: Library, row: Checkpoint, column: Column) -> Cell:
    """What the card says, or why it says nothing."""
    checkpoint = column.checkpoint(row.id)
    if checkpoint not in {other.id for other in library.catalog}:
        return Cell(reason="not trained for this")
    found = next((one for one in library.scores(checkpoint) if one.measure == column.measure), None)
    if found:
        error = standard_error(found.value, found.rows) if column.unit == "share" else 0.0
        return Cell(found.value, error, found.rows, found.dataset)
    able = column.task in library.catalog[checkpoint].tasks
    return Cell(reason="not measured" if able else "no masked-word head")


def standard_error(share: float, rows: int) -> float:
    """Of a share of independent rows: the root of p(1 - p)/n. For an F1 it is an estimate."""
    return math.sqrt(share * (1 - share) / rows)


def exact(number: float, missing: str) -> Cell:
    """A number that is not a share of rows; no value if it is zero."""
    return Cell(number) if number else Cell(reason=missing)


def weight_bytes(row: Checkpoint) -> int:
    """The size of the files with its weights."""
    return sum(file.stat().st_size for file in folder(row).glob("model*.safetensors"))


def read_curve(row: Checkpoint) -> tuple[Point, ...]:
    """The points of its training curve, in order; empty if it has none."""
    file = folder(row) / "curve.json"
    return tuple(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else ()


def folder(row: Checkpoint) -> Path:
    """The folder of a bundled checkpoint and its card."""
    return card_file(row).parent


def head_curves(catalog: Catalog, board: Board, head: str) -> dict[str, tuple[Point, ...]]:
    """The curve of each variant's checkpoint with that head, by the variant's id; pretraining's if `head` is empty."""
    known = {row.id: row for row in catalog}
    if not head:
        return {entry.row.id: entry.curve for entry in board.entries}
    ids = {entry.row.id: f"{entry.row.id}-{head}" for entry in board.entries}
    return {variant: read_curve(known[id]) for variant, id in ids.items() if id in known}


def table(board: Board) -> list[dict[str, str | float | None]]:
    """One row per variant, each share followed by its standard error and its dev rows, ready for a spreadsheet."""
    return [table_row(entry) for entry in board.entries]


def table_row(entry: Entry) -> dict[str, str | float | None]:
    """The row of one variant."""
    row: dict[str, str | float | None] = {"checkpoint": entry.row.id, "family": entry.row.family}
    for id, cell in entry.cells.items():
        row[id] = cell.value
        if COLUMNS[id].unit == "share":
            row |= {f"{id}_error": cell.error or None, f"{id}_rows": cell.rows or None}
    return row


def curve_rows(curves: Mapping[str, Sequence[Point]]) -> list[dict[str, str | float]]:
    """Every point of every curve."""
    return [{"checkpoint": id, **point} for id, curve in curves.items() for point in curve]
