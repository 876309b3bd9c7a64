"""What every result carries: where it comes from and what it cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from core.text.phrases import quoted

Told = Callable[[int], None]  # what a request that waits is told: its place in the queue, 0 once it runs


@dataclass(frozen=True)
class Timing:
    """Milliseconds: waiting for the model's turn, text to ids, the forward passes, ids to answer."""

    queue_ms: float = 0.0
    tokenize_ms: float = 0.0
    forward_ms: float = 0.0
    decode_ms: float = 0.0

    @property
    def total_ms(self) -> float:
        """All four together."""
        return self.queue_ms + self.tokenize_ms + self.forward_ms + self.decode_ms


@dataclass(frozen=True)
class Unread:
    """A stretch of a text that was too long: how many tokens were not read, and the words that it begins with."""

    tokens: int
    begins: str


def in_words(parts: Iterable[Unread]) -> str:
    """What was not read, for a cell: how many tokens from which words on; empty where all was read."""
    return "; ".join(
        f"{part.tokens:,} {'token' if part.tokens == 1 else 'tokens'} not read, from {quoted(part.begins)}"
        for part in parts
    )


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from and what it cost. `tokens` counts specials and windows; `unread` is what was cut."""

    checkpoint: str
    revision: str
    dtype: str
    device: str
    tokens: int
    timing: Timing
    unread: tuple[Unread, ...] = ()
    cached: bool = False


def total_cost(costs: Sequence[Provenance]) -> Provenance:
    """The cost of several results as one: tokens and times summed, the queue waited in once, cached if all were."""
    times = {field.name: sum(getattr(cost.timing, field.name) for cost in costs) for field in fields(Timing)}
    times["queue_ms"] = max(cost.timing.queue_ms for cost in costs)
    return replace(
        costs[0],
        tokens=sum(cost.tokens for cost in costs),
        timing=Timing(**times),
        unread=tuple(dict.fromkeys(part for cost in costs for part in cost.unread)),
        cached=all(cost.cached for cost in costs),
    )


Request = Any  # a frozen dataclass of plain values: the schema of its task says which
Row = dict[str, Any]  # of a spreadsheet


class Result(Protocol):
    """What all results have in common: frozen, of plain values and arrays."""

    @property
    def provenance(self) -> Provenance:
        """Where it comes from and what it cost."""
