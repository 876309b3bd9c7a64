"""What a task is: three pure steps and two row formats. Batching, locks, timing and caching belong to the engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import torch

from core.errors import InputError
from core.models.model import LoadedModel
from core.models.tokenizer import Encoding
from core.requests import Request, TextField, text_fields
from core.results import Provenance, Result, Unread
from core.text.phrases import shorten

Req = TypeVar("Req", bound=Request)
Res = TypeVar("Res", bound=Result)


Asked = tuple[tuple[int, int], ...]  # positions of a sequence and the piece whose probability there is wanted


@dataclass(frozen=True)
class Row:
    """One sequence on its way through a model, with the request it belongs to and what is asked of it."""

    encoding: Encoding
    request: Any
    asked: Asked = ()


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length: `inputs` are the model's arguments, each of shape (rows, tokens)."""

    rows: Sequence[Row]
    inputs: dict[str, torch.Tensor]


LONG = 1000  # characters: a text with such a limit can be divided, a label or a word cannot
PLAIN_NAMES = {"text_a": "first text", "text_b": "second text", "context": "passage", "text_pair": "second text"}


@dataclass(frozen=True)
class Encoded:
    """The sequences of one request, what is asked of each where the task asks for pieces, and in `plan` whatever its
    decode needs to know of how they were cut."""

    encodings: tuple[Encoding, ...]
    unread: tuple[Unread, ...] = ()
    plan: Any = None
    asked: tuple[Asked, ...] = ()

    def rows(self, request: Any) -> list[Row]:
        """The sequences as they go through the model."""
        asked = self.asked or ((),) * len(self.encodings)
        return [Row(encoding, request, wanted) for encoding, wanted in zip(self.encodings, asked, strict=True)]


@dataclass(frozen=True)
class Answered(Generic[Req]):
    """A request after its forward passes: one output of the task's `forward` for each encoding, in order."""

    request: Req
    encoded: Encoded
    outputs: Sequence[Any]
    model: LoadedModel
    provenance: Provenance


@dataclass(frozen=True)
class TaskSpec(Generic[Req, Res]):
    """A task: request -> `encode` -> rows -> `forward` (batches, any mix of requests) -> outputs -> `decode` -> result.

    `parse` and `format` are the rows of the command line. A stream holds at most `chunk` requests, fewer where their
    texts have more than `chunk_characters` together.
    """

    name: str
    request: type[Req]
    encode: Callable[[Req, LoadedModel], Encoded]
    forward: Callable[[LoadedModel, Batch], Sequence[Any]]
    decode: Callable[[Answered[Req]], Res]
    format: Callable[[Res], dict[str, Any]]
    chunk: int = 512
    chunk_characters: int = 100_000

    @cached_property
    def fields(self) -> tuple[TextField, ...]:
        """The texts of a request in the order a user gives them."""
        return text_fields(self.request)

    def parse(self, row: Mapping[str, Any]) -> Req:
        """The request of a row; InputError names the field that is missing or not a text."""
        for field in self.fields:
            if field.name not in row and not field.optional:
                expected = ", ".join(f"“{f.name}”" for f in self.fields if not f.optional)
                raise InputError(f"The field “{field.name}” is missing.", f"A row for {self.name} needs {expected}.")
        values = {field.name: parse_field(field, row[field.name]) for field in self.fields if field.name in row}
        return self.request(**values)  # type: ignore[arg-type]  # checked above, field by field


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
        raise InputError(f"The {name} is empty.", "Type a sentence or pick an example.", field)
    if any("\ud800" <= c <= "\udfff" for c in text):
        message = f"The {name} contains half a character (a lone surrogate)."
        raise InputError(message, "Type or paste it again.", field)


def check_number(value: float, name: str, low: float, high: float) -> None:
    """Raises InputError unless low <= value <= high."""
    if not low <= value <= high:
        raise InputError(
            f"{name} is {shorten(value)}; it must be between {low} and {high}.", "Choose a number in that range."
        )
