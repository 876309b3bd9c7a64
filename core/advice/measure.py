"""How long each encoder here takes for a text of the visitor's length, measured on this machine: a job."""

import statistics
from dataclasses import dataclass
from typing import Any

from core.engine import Engine
from core.inspect.grammar import sentences
from core.jobs import State
from core.tasks.feature_extraction.schema import FeatureExtractionRequest

ASKED, WARM = 5, 2  # requests that are counted, and those before them
TOKENS_A_SENTENCE = 11  # of the grammar, about


@dataclass(frozen=True)
class SpeedRun:
    """Asks each of the checkpoints for the vector of a text of so many `tokens`, some times, one after the other."""

    ids: tuple[str, ...]
    tokens: int

    @property
    def total(self) -> int:
        """Checkpoints."""
        return len(self.ids)

    def run(self, engine: Engine, library: Any, state: State) -> None:
        """The result grows with each: milliseconds by id, the median."""
        texts = self.texts()
        for id in self.ids:
            if state.stop.is_set():
                return
            costs = []
            for text in texts:
                (found,) = engine.run("feature-extraction", id, [FeatureExtractionRequest(text)])
                timing = found.provenance.timing
                costs.append(timing.total_ms - timing.queue_ms)
            state.result = {**(state.result or {}), id: round(statistics.median(costs[WARM:]), 1)}
            state.done += 1

    def texts(self) -> list[str]:
        """Different ones, so that none is answered from the cache."""
        each = max(1, self.tokens // TOKENS_A_SENTENCE)
        made = [one.text for one in sentences(min(800, each * (ASKED + WARM)), seed=self.tokens)]
        count = len(made)
        return [" ".join(made[(n * each + k) % count] for k in range(each)) for n in range(ASKED + WARM)]
