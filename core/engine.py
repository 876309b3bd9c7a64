"""What pages see of the engine, the library and the jobs: protocols, so that they may be in another process.

What goes in and comes out can be pickled: requests, results, rows and errors are frozen values. Of the arguments that
are called back, `stopped` and `told`, and of an archive that is read, the side that asks keeps hold.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from core.checkpoints.cards import DevScore
from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.known import Facts, KnownCheckpoint
from core.errors import PlaygroundError
from core.hub.offer import Offer
from core.jobs import Job, Work
from core.provenance import Request, Result, Told
from core.text.pieces import Tokenized


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
    """Memory of all loaded weights, each storage counted once, against the budget; one row per checkpoint."""

    device: str
    dtype: str
    used_bytes: int
    budget_bytes: int
    checkpoints: tuple[CheckpointStatus, ...]


class Engine(Protocol):
    """Runs requests for one visitor; safe to share between threads. A checkpoint that another visitor brought is
    unknown to every method."""

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        """Results of any number of requests in order and in bounded memory; an error stands in its request's place.

        Ends soon after `stopped` says so; results that are on their way then do not come.
        """

    def status(self) -> EngineStatus:
        """What is loaded now."""

    def tokenize(self, checkpoint: str, text: str) -> Tokenized:
        """The text in the pieces of a checkpoint; loads no weights."""

    def find_pieces(self, checkpoint: str, wanted: str) -> tuple[int, Sequence[tuple[str, int]]]:
        """How many pieces of its vocabulary contain `wanted`, and the first of them with their ids."""

    def unload(self, checkpoint: str) -> bool:
        """Gives back the memory of a checkpoint; false if it is in use or not loaded."""


class Library(Protocol):
    """The checkpoints that one visitor may use, what is known of them, and how others come in."""

    @property
    def catalog(self) -> Catalog:
        """Everybody's and the visitor's own."""

    def card(self, checkpoint: str) -> str:
        """The model card, Markdown without front matter; ModelLoadError if there is none."""

    def scores(self, checkpoint: str) -> tuple[DevScore, ...]:
        """What it reaches on dev sets; empty if it was never measured."""

    def facts(self, known: KnownCheckpoint) -> Facts:
        """What the configuration of a checkpoint of the Hub says."""

    def read_offer(self, id: str) -> Offer:
        """What an id of the Hub offers; fetches no weights. ModelLoadError or CapacityError if it cannot be used."""

    def take(self, name: str, archive: BinaryIO) -> Checkpoint:
        """Takes in a zipped checkpoint that the visitor uploaded, for this visitor alone."""

    def adopt(self, name: str, folder: Path, trained_from: str = "", how: str = "trained further here") -> Checkpoint:
        """Takes in a checkpoint that a job of this visitor trained, from another one or from nothing, for this visitor
        alone; `folder` is taken away."""

    def archive(self, checkpoint: str, *, adapter: bool = False) -> bytes:
        """The files of a checkpoint of this visitor's own as a ZIP archive; or those of the adapter that it learned."""


class Jobs(Protocol):
    """Work that outlives the page that started it."""

    def start(self, work: Work, kind: str = "", id: str = "") -> str:
        """Starts it for this visitor, as a job of some `kind`; its id, which may be given, leads back to it."""

    def find(self, id: str, patience_s: float = 0.0) -> Job | None:
        """The job, after its end if it ends within `patience_s`; None if there is none, or no longer."""

    def stop(self, id: str) -> None:
        """Ends the job soon; what is done is kept."""


@dataclass(frozen=True)
class Visit:
    """What one visitor is served."""

    engine: Engine
    library: Library
    jobs: Jobs


class Playground(Protocol):
    """What serves all visitors, in this process or another."""

    def of(self, visitor: str = "", told: Told | None = None) -> Visit:
        """What a visitor is served, who is named by a secret; without one, what is everybody's.

        While a request waits, `told` gets its place in the queue now and then, and 0 when it waits no longer. Jobs tell
        nobody.
        """

    def metrics(self) -> str:
        """What it has done for all visitors, as Prometheus reads it; names nobody and nothing of theirs."""
