"""The checkpoints of the Hub that are known by name: rows of known.toml beside this file. Fetches nothing."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from core.checkpoints.catalog import Head

Domain = Literal["science", "biomedicine", "clinic", "finance", "law", "code"]


@dataclass(frozen=True)
class KnownCheckpoint:
    """One row. `config` is what differs from the defaults of its class, `example` a text to try, `note` a warning.

    `domain` is the kind of text that it was trained on, if that is not general.
    """

    id: str
    name: str
    summary: str
    family: str
    year: int
    head: Head
    objective: str
    tokenizer: str
    licence: str
    paper: str
    config: dict[str, Any] = field(hash=False)
    example: str = ""
    domain: Domain | Literal[""] = ""
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """What a configuration says, `parameters` counted on the architecture that it describes."""

    layers: int
    hidden_size: int
    heads: int
    context_length: int
    vocabulary: int
    parameters: int


@cache
def known_checkpoints() -> dict[str, KnownCheckpoint]:
    """The rows by id, in the order of the file."""
    rows = tomllib.loads(Path(__file__).with_name("known.toml").read_text(encoding="utf-8"))
    return {row["id"]: KnownCheckpoint(**row) for row in rows["checkpoint"]}
