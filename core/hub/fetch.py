"""A download as a job: bytes, time left, a stop; when it ends, the checkpoint is available."""

from dataclasses import dataclass
from typing import Any

from core.hub.offer import Offer
from core.jobs import State


@dataclass(frozen=True)
class Fetch:
    """Fetches an offer and takes its checkpoint in: the work of a job, whose result is the checkpoint."""

    offer: Offer

    @property
    def total(self) -> int:
        """Bytes."""
        return self.offer.size

    def run(self, engine: object, library: Any, state: State) -> None:
        """All files, then the first loading, which shows whether its head was trained. Raises Stopped."""

        def count(size: int) -> None:
            state.done += size

        state.result = library.fetch(self.offer, count, state.stop.is_set)
