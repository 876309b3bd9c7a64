"""What the commands that explain a whole file share: its rows, and which column is what."""

from pathlib import Path
from typing import Annotated

import typer

from core.commands.inspect.answer import read_input
from core.errors import InputError
from core.files.tables import Table, read_table
from core.inspect.choosing import TEXTS
from core.inspect.explained_rows import ExplainedRow, explained_rows

InputOption = Annotated[
    Path | None,
    typer.Option(help="A file instead of one text: CSV, TSV, JSONL, or TXT with one text per line."),
]
TextColumnOption = Annotated[
    str, typer.Option(help="The column of the text; by default the one called so, or else the first.")
]
LabelColumnOption = Annotated[
    str, typer.Option(help="The column that says what is explained in each row, such as a class.")
]


def check_source(text: str, input: Path | None) -> None:
    """InputError unless there is either a text or a file."""
    if bool(text) == bool(input):
        raise InputError("Exactly one of --text and --input is needed.", "Give a text, or a file of texts.")


def read_rows(task: str, input: Path, text_column: str, label_column: str) -> tuple[ExplainedRow, ...]:
    """The rows of the file. The second text of a pair is in the column that has the name of its field."""
    table = read_table(input.name, read_input(input))
    return explained_rows(task, table, columns_of(task, table, text_column), label_column)


def columns_of(task: str, table: Table, text_column: str) -> dict[str, str]:
    """For each text of a request the column that holds it."""
    first, second = TEXTS[task]
    found = {first: text_column or (first if first in table.columns else table.columns[0])}
    return found | ({second: second} if second in table.columns else {})
