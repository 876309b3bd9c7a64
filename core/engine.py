"""The engine: tasks run on checkpoints through it and nothing else. Pages see only the protocol."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.cards import DevScore
from core.catalog import Catalog
from core.errors import PlaygroundError
from core.requests import Request
from core.results import Result


@dataclass(frozen=True)
class CheckpointStatus:
    """What a checkpoint weighs. `loaded_bytes` leaves out storages that another loaded checkpoint shares."""

    id: str
    parameters: int
    layers: int
    loaded: bool
    loaded_bytes: int


@dataclass(frozen=True)
class EngineStatus:
    """Memory of all loaded weights, each storage counted once, against the budget; one row a checkpoint."""

    device: str
    dtype: str
    used_bytes: int
    budget_bytes: int
    checkpoints: tuple[CheckpointStatus, ...]


class Engine(Protocol):
    """Runs batches of requests; safe to share between threads."""

    catalog: Catalog

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""

    def stream(
        self, task: str, checkpoint: str, requests: Iterable[Request | PlaygroundError]
    ) -> Iterator[Result | PlaygroundError]:
        """Results of any number of requests in order and in bounded memory; an error stands in its request's place."""

    def status(self) -> EngineStatus:
        """What is loaded now."""

    def card(self, checkpoint: str) -> str:
        """The model card, Markdown without front matter."""

    def scores(self, checkpoint: str) -> tuple[DevScore, ...]:
        """What it reaches on dev sets; empty if it was never measured."""
