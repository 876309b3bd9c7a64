"""What a task is. Batching, locks, timing and caching belong to the engine; nothing here loads a model."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

from core.errors import EmptyTextError, InputError
from core.text.phrases import shorten

LONG = 1000  # characters: a text with such a limit can be divided, a label or a word cannot
PLAIN_NAMES = {"text_a": "first text", "text_b": "second text", "context": "passage", "text_pair": "second text"}


@dataclass(frozen=True)
class TextField:
    """A field of a request that holds the user's own words: one text, or with `several` a tuple of them."""

    name: str
    optional: bool
    several: bool

    @property
    def label(self) -> str:
        """Its name in words: “Text A” for text_a."""
        first, *others = self.name.split("_")
        return " ".join([first.capitalize(), *(word.upper() if len(word) == 1 else word for word in others)])


@dataclass(frozen=True)
class TaskSpec:
    """A task: a folder of its name beside this file.

    `schema.py`: request and result, `format` (a row of the command line), `rows` and `summary` (of a spreadsheet).
    `agreement.py`: `agreement` of several results of a request, `change` and `differences` between two results.
    `snippet.py`: `snippet`, the code that answers a request without the playground.
    `run.py`: `encode`, request -> rows; `forward`, batches of rows of any requests -> outputs; `decode`, outputs ->
    result. Only this one needs torch, so it is imported when something runs.

    Where requests ask for parts of one larger result, `in_parts`, there is `parts.py` too: `whole`, request -> the
    request of all of it; `select`, whole result and request -> the part.

    What belongs to a result (`format`, `rows`, `summary`, `agreement.py`) is in the folder that defines its class: a
    task that answers with the result of another has only a request, `snippet.py` and `run.py` of its own.

    `title` is what pages call it; `needs` what a checkpoint must have been trained for, a head or another thing of
    `Checkpoint.trained`, and `lacking` the sentence on one that was not. With `gradients` its `forward` runs in float32
    and may follow them through the plain model; otherwise it runs in inference mode. A stream holds at most `chunk`
    requests, fewer where their texts have more than `chunk_characters` together.
    """

    name: str
    request: type[Any]
    result: type[Any]
    title: str
    needs: str = "encoder"
    lacking: str = ""
    gradients: bool = False
    in_parts: bool = False
    chunk: int = 512
    chunk_characters: int = 100_000

    def part(self, file: str) -> ModuleType:
        """One of the files of the task."""
        return import_module(f"core.tasks.{self.name.replace('-', '_')}.{file}")

    def part_of_result(self, file: str) -> ModuleType:
        """A file beside the class of the result."""
        return import_module(f"{self.result.__module__.rpartition('.')[0]}.{file}")

    @cached_property
    def run(self) -> Any:
        """`encode`, `forward` and `decode`."""
        return self.part("run")

    @cached_property
    def comparison(self) -> Any:
        """`agreement`, `change` and, where results have single scores, `differences`."""
        return self.part_of_result("agreement")

    @cached_property
    def format(self) -> Callable[[Any], dict[str, Any]]:
        """A result as a row of the command line."""
        found: Callable[[Any], dict[str, Any]] = self.part_of_result("schema").format
        return found

    @cached_property
    def rows(self) -> Callable[[Any], list[dict[str, Any]]]:
        """A result as rows of a spreadsheet."""
        found: Callable[[Any], list[dict[str, Any]]] = self.part_of_result("schema").rows
        return found

    @cached_property
    def summary(self) -> Callable[[Any], dict[str, Any]]:
        """A result as one row."""
        found: Callable[[Any], dict[str, Any]] = self.part_of_result("schema").summary
        return found

    @cached_property
    def snippet(self) -> Callable[..., str]:
        """The code that answers a request without the playground."""
        found: Callable[..., str] = self.part("snippet").snippet
        return found

    def whole(self, request: Any) -> Any:
        """The request of the whole result that this one asks a part of; itself where there are no parts."""
        return self.part("parts").whole(request) if self.in_parts else request

    def select(self, result: Any, request: Any) -> Any:
        """The part of a whole result that a request asks for."""
        return self.part("parts").select(result, request) if self.in_parts else result

    @cached_property
    def fields(self) -> tuple[TextField, ...]:
        """The texts of a request in the order a user gives them."""
        return text_fields(self.request)

    def parse(self, row: Mapping[str, Any]) -> Any:
        """The request of a row; InputError names the field that is missing or not a text."""
        for field in self.fields:
            if field.name not in row and not field.optional:
                expected = ", ".join(f"“{f.name}”" for f in self.fields if not f.optional)
                raise InputError(f"The field “{field.name}” is missing.", f"A row for {self.name} needs {expected}.")
        values = {field.name: parse_field(field, row[field.name]) for field in self.fields if field.name in row}
        return self.request(**values)


def text_fields(request: type[Any]) -> tuple[TextField, ...]:
    """The texts of a request in their order; what has a default that is not empty is an option and no text."""
    hints = get_type_hints(request)
    return tuple(
        TextField(field.name, field.default == "", hints[field.name] is not str)
        for field in fields(request)
        if hints[field.name] in (str, tuple[str, ...]) and field.default in (MISSING, "")
    )


def parse_field(field: TextField, value: object) -> str | tuple[str, ...]:
    """The text or the texts of a row's cell; InputError if they are none."""
    if field.several:
        texts = value.split(",") if isinstance(value, str) else value
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return tuple(text.strip() for text in texts)
        raise InputError(f"The field “{field.name}” is not a list of texts.", 'Write ["one", "two"] or "one, two".')
    if not isinstance(value, str):
        raise InputError(f"The field “{field.name}” is {type(value).__name__}, not a text.", "Put it in double quotes.")
    return value


def check_text(text: str, field: str, limit: int) -> None:
    """Raises InputError unless `text` has something readable, is within `limit` characters and is valid Unicode."""
    name = PLAIN_NAMES.get(field, field)
    if len(text) > limit:
        message = f"The {name} has {len(text):,} characters; up to {limit:,} are allowed."
        hint = "Shorten it, or split it into several texts." if limit > LONG else "Shorten it."
        raise InputError(message, hint, field)
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise EmptyTextError(f"The {name} is empty.", "It needs at least one visible character.", field)
    if any("\ud800" <= c <= "\udfff" for c in text):
        message = f"The {name} contains half a character (a lone surrogate)."
        raise InputError(message, "Type or paste it again.", field)


def check_place(number: int, what: str, most: int) -> None:
    """Raises InputError unless `number` is that of one of `most` layers or heads, counted from 1."""
    if not isinstance(number, int) or not 1 <= number <= most:
        raise InputError(f"There is no {what} {shorten(number)}.", f"This model has {most}, counted from 1.")


def check_number(value: float, name: str, low: float, high: float) -> None:
    """Raises InputError unless low <= value <= high."""
    if not low <= value <= high:
        raise InputError(
            f"{name} is {shorten(value)}; it must be between {low} and {high}.", "Choose a number in that range."
        )
