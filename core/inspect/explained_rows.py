"""The rows of a file whose answers are explained, and about how long that takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.engine import Engine
from core.errors import InputError
from core.files.tables import Table
from core.inspect.choosing import TEXTS
from core.inspect.subject import MOST_WORDS
from core.provenance import Request, total_cost
from core.tasks import find_task
from core.text.phrases import quoted
from core.text.spans import WORD

MOST_ROWS = 1000
TIMED = 16  # rows whose answers tell the speed


@dataclass(frozen=True)
class ExplainedRow:
    """The texts of a row, by its `number` in the file, and what of the answer is explained: its label, or with an empty
    one the best answer."""

    number: int
    text: str
    other: str = ""
    wanted: str = ""

    @property
    def words(self) -> int:
        """How many words may be taken away, about."""
        return sum(min(MOST_WORDS, len(WORD.findall(one))) for one in (self.text, self.other))


def explained_rows(
    task: str, table: Table, columns: Mapping[str, str], label_column: str = ""
) -> tuple[ExplainedRow, ...]:
    """The rows of a table; `columns` names that of each text of a request. InputError if there are too many rows, or no
    such column."""
    if len(table) > MOST_ROWS:
        message = f"{quoted(table.name)} has {len(table):,} rows; up to {MOST_ROWS:,} can be explained."
        raise InputError(message, "Keep a sample of the rows.")
    for column in filter(None, (*columns.values(), label_column)):
        if column not in table.columns:
            raise InputError(f"There is no column {quoted(column)}.", f"The columns are {', '.join(table.columns)}.")
    empty = [""] * len(table)
    texts = [table.column(columns[field]) if field in columns else empty for field in TEXTS[task]]
    labels = [label.strip() for label in table.column(label_column)] if label_column else empty
    rows = zip(table.numbers, *texts, labels, strict=True)
    return tuple(ExplainedRow(number, text, other, label) for number, text, other, label in rows)


def request_of(task: str, row: ExplainedRow) -> Request:
    """What the task is asked of a row."""
    first, second = TEXTS[task]
    return find_task(task).request(**{first: row.text} | ({second: row.other} if second else {}))


def seconds_for_rows(
    engine: Engine,
    task: str,
    checkpoints: Sequence[str],
    rows: Sequence[ExplainedRow],
    readings: Callable[[int], float],
) -> float | None:
    """About how long all rows take, of which each is read `readings(words)` times: at the speed at which each model
    answers some of them, after the first ones, for which it has to get ready. None where these have no answers."""
    some = [row for row in rows if row.text.strip()][: 2 * TIMED]
    first, timed = some[: len(some) // 2], some[len(some) // 2 :]
    words, found = sum(row.words for row in timed), 0.0
    for checkpoint in checkpoints:
        try:
            for part in (first, timed):
                results = engine.run(task, checkpoint, [request_of(task, row) for row in part])
        except InputError:
            return None
        if not results:
            return None
        spent = total_cost([one.provenance for one in results]).timing.forward_ms / 1000
        found += spent / max(1, words) * sum(row.words * readings(row.words) for row in rows)
    return found
