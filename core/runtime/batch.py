"""Sequences on their way through a model: how a request was cut, what went in, what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch

from core.models.encoding import Encoding
from core.models.model import LoadedModel
from core.provenance import Provenance, Unread

Req = TypeVar("Req")

Asked = tuple[tuple[int, int], ...]  # positions of a sequence and the piece whose probability there is wanted


@dataclass(frozen=True)
class InputRow:
    """One sequence on its way through a model, with the request it belongs to and what is asked of it; `variant` says
    how the network or the sequence is changed for it, where the task does that."""

    encoding: Encoding
    request: Any
    asked: Asked = ()
    variant: Any = None


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length: `inputs` are the model's arguments, each of shape (rows, tokens)."""

    rows: Sequence[InputRow]
    inputs: dict[str, torch.Tensor]


@dataclass(frozen=True)
class Encoded:
    """The sequences of one request, what is asked of each where the task asks for pieces, the variant of each where the
    task has some, and in `plan` whatever its decode needs to know of how they were cut."""

    encodings: tuple[Encoding, ...]
    unread: tuple[Unread, ...] = ()
    plan: Any = None
    asked: tuple[Asked, ...] = ()
    variants: tuple[Any, ...] = ()

    def rows(self, request: Any) -> list[InputRow]:
        """The sequences as they go through the model."""
        asked = self.asked or ((),) * len(self.encodings)
        variants = self.variants or (None,) * len(self.encodings)
        return [InputRow(one, request, *more) for one, *more in zip(self.encodings, asked, variants, strict=True)]


@dataclass(frozen=True)
class Answered(Generic[Req]):
    """A request after its forward passes: one output of the task's `forward` for each encoding, in order."""

    request: Req
    encoded: Encoded
    outputs: Sequence[Any]
    model: LoadedModel
    provenance: Provenance
