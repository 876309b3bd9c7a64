"""`python -m core run TASK …`: rows of a file, or texts, through the engine and out again in order."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from io import TextIOWrapper
from itertools import count
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO, cast

import typer
from tqdm import tqdm

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.tasks import find_task
from core.tasks.spec import TaskSpec

BYTE_ORDER_MARK = "\ufeff"  # what some editors put before the first line


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)


class ParsedRows:
    """Parsed rows on their way in; remembers each row's `id` until its result goes out."""

    def __init__(self, spec: TaskSpec, lines: Iterable[str]) -> None:
        self._spec = spec
        self._lines = lines
        self._ids: dict[int, Any] = {}

    def requests(self) -> Iterator[Request | PlaygroundError]:
        """One request per line, or the error for that line; blank lines count, too."""
        for number, line in enumerate(self._lines, 1):
            try:
                yield self._parse(number, line)
            except PlaygroundError as e:
                yield e

    def _parse(self, number: int, line: str) -> Request:
        if not line.strip():
            raise InputError("The line is empty.", 'Write one object per line, such as {"text": "…"}.')
        try:
            row = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as e:  # a number of thousands of digits is a plain ValueError
            raise InputError("The line is not JSON.", 'Write one object per line, such as {"text": "…"}.') from e
        if not isinstance(row, dict):
            raise InputError(
                "The line is JSON, but not an object.", 'Write one object per line, such as {"text": "…"}.'
            )
        if "id" in row:
            self._ids[number] = row["id"]
        request: Request = self._spec.parse(row)
        return request

    def format(self, number: int, result: Any) -> tuple[dict[str, Any], bool]:
        """The row that goes out for line `number`, and whether it is a result."""
        row = {"id": self._ids.pop(number)} if number in self._ids else {}
        if isinstance(result, PlaygroundError):
            return row | {"error": {"line": number, "message": str(result)}}, False
        unread = [asdict(part) for part in result.provenance.unread]
        return row | self._spec.format(result) | ({"unread": unread} if unread else {}), True


def run(
    task: str,
    checkpoint: Annotated[
        str, typer.Option(help="A model ID from `python -m core checkpoints`; by default the first that can do it.")
    ] = "",
    input: Annotated[Path | None, typer.Option(help="A JSONL file; - reads standard input.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write the JSONL rows to; standard output by default.")
    ] = None,
    text: Annotated[list[str] | None, typer.Option(help="Texts instead of a file, as many as the task needs.")] = None,
) -> None:
    """Runs TASK on every row, in order; exit code 1 if a row was bad, 2 if nothing could run."""
    spec = find_task(task)
    engine = LocalEngine()
    checkpoint = checkpoint or engine.catalog.supporting(task)[0].id
    engine.catalog.require(task, checkpoint)
    if input and text:
        raise InputError("There are both --text and --input.", "Give one of them.")
    if input and output and input.resolve() == output.resolve():
        raise InputError(f"{input} is both input and output.", "Choose another file for --output.")
    with ExitStack() as stack:
        lines = texts_as_lines(spec, text) if text else open_lines(stack, input)
        sink = stack.enter_context(open_output(output)) if output else cast(TextIOWrapper, sys.stdout)
        sink.reconfigure(encoding="utf-8", errors="backslashreplace")  # a lone surrogate goes out as JSON's own escape
        bad = write_rows(engine, spec, checkpoint, lines, sink)
    if bad:
        print(f"{bad} bad {'row' if bad == 1 else 'rows'}; each has an “error” in its place.", file=sys.stderr)
        raise typer.Exit(1)


def write_rows(engine: Engine, spec: TaskSpec, checkpoint: str, lines: Iterable[str], sink: TextIO) -> int:
    """Streams the lines through the engine into `sink`; the number of bad ones."""
    rows = ParsedRows(spec, lines)
    bad = 0
    for number, result in zip(count(1), engine.stream(spec.name, checkpoint, rows.requests()), strict=False):
        row, good = rows.format(number, result)
        bad += not good
        sink.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return bad


def texts_as_lines(spec: TaskSpec, texts: list[str]) -> Iterator[str]:
    """The texts of the command line as rows: one text per row, or as many as the task needs for one row."""
    needed = [field.name for field in spec.fields if not field.optional]
    if len(texts) % len(needed):
        message = f"{spec.name} takes {len(needed)} texts ({', '.join(needed)}); got {len(texts)}."
        raise InputError(message, "Give --text once for each of them.")
    rows = (texts[start : start + len(needed)] for start in range(0, len(texts), len(needed)))
    return (json.dumps(dict(zip(needed, row, strict=True))) for row in rows)


def open_lines(stack: ExitStack, path: Path | None) -> Iterator[str]:
    """The lines of the file or of standard input, with a progress bar on a terminal; bad UTF-8 spoils only its line."""
    if path is None and sys.stdin.isatty():
        raise InputError("There is nothing to read.", "Give --text or --input FILE.jsonl.")
    if path is None or str(path) == "-":
        source, size = cast(BinaryIO, sys.stdin.buffer), None
    elif path.is_dir() or not path.exists():
        raise InputError(f"There is no file {path}.", "Check the name given to --input.")
    else:
        source, size = stack.enter_context(path.open("rb")), path.stat().st_size or None
    bar = stack.enter_context(tqdm(total=size, unit="B", unit_scale=True, disable=None, file=sys.stderr))
    return read_lines(source, bar)


def read_lines(source: BinaryIO, bar: Any) -> Iterator[str]:
    """The lines as text, counted by the bar."""
    for line in source:
        yield line.decode("utf-8", errors="surrogateescape").removeprefix(BYTE_ORDER_MARK)
        bar.update(len(line))


def open_output(path: Path) -> TextIOWrapper:
    """The file opened for writing; InputError if it cannot be."""
    try:
        return path.open("w")
    except OSError as e:
        raise InputError(
            f"The file {path} cannot be written: {e.strerror}.", "Choose another file for --output."
        ) from e
