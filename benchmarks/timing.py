"""Timing of peers in one run: rounds interleaved, so that a slow moment of the machine falls on all of them."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """Median seconds a peer, the product first; `agreement` says how the outputs were compared and what came out."""

    name: str
    unit: str
    rows: int
    seconds: Mapping[str, float]
    agreement: str
    floor: float

    @property
    def best_peer(self) -> str:
        """The fastest of those that are not the product."""
        return min(list(self.seconds)[1:], key=lambda peer: self.seconds[peer])

    @property
    def ratio(self) -> float:
        """How many times faster the product is than its best peer."""
        return self.seconds[self.best_peer] / next(iter(self.seconds.values()))


def time_peers(peers: Mapping[str, Callable[[], Any]], *, rounds: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Median seconds and the last output of each peer, after one unmeasured round."""
    outputs = {name: peer() for name, peer in peers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            began = time.perf_counter()
            outputs[name] = peer()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(spent) for name, spent in seconds.items()}, outputs
