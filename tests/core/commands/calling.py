"""A command and what it left behind."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    lines: list[str]
    errors: str

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]


Command = Callable[..., Outcome]
