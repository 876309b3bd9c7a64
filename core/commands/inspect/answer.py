"""What the commands of `inspect` share: the engine with a checkpoint for a task, and the object that goes out."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from core.commands.run import open_output
from core.errors import InputError
from core.provenance import Unread
from core.runtime.local import LocalEngine
from core.tasks import find_task

CheckpointOption = Annotated[
    str, typer.Option(help="A model ID from `python -m core checkpoints`; by default the first that can do it.")
]
OutputOption = Annotated[Path | None, typer.Option(help="File to write the JSON to; standard output by default.")]


def open_engine(task: str, checkpoint: str) -> tuple[LocalEngine, str]:
    """The engine and the id of a checkpoint that can do the task: the one asked for, or the first."""
    find_task(task)
    engine = LocalEngine()
    checkpoint = checkpoint or engine.catalog.supporting(task)[0].id
    engine.catalog.require(task, checkpoint)
    return engine, checkpoint


def read_input(path: Path, most: int = -1) -> bytes:
    """What is in the file, at most so many bytes of it; InputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as e:
        raise InputError(f"The file {path} cannot be read: {e.strerror}.", "Check the name given to --input.") from e


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are not empty; InputError if it cannot be read."""
    try:
        lines = read_input(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as e:
        raise InputError(f"The file {path} is not in UTF-8.", "Save it as UTF-8.") from e
    return [line.strip() for line in lines if line.strip()]


def write(answer: Mapping[str, Any], output: Path | None, unread: Sequence[Unread] = ()) -> None:
    """One JSON object on one line, in a file or on standard output; it names what was `unread` of its text."""
    cut = {"unread": [asdict(part) for part in unread]} if unread else {}
    line = json.dumps({**answer, **cut}, ensure_ascii=False) + "\n"
    if output:
        with open_output(output) as sink:
            sink.reconfigure(encoding="utf-8", errors="backslashreplace")
            sink.write(line)
    else:
        sink = cast(TextIOWrapper, sys.stdout)
        sink.reconfigure(encoding="utf-8", errors="backslashreplace")  # a lone surrogate goes out as JSON's own escape
        sink.write(line)
