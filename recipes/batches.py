"""Which examples form the batch of a step: a pure function of seed and step, so a resumed run sees the same data."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recipes.recipe import Examples, Tensors


class EpochPlan:
    """Batches of similar length within a token budget, reshuffled every epoch.

    `lengths` are tokens an example. `batch(step)` gives the example indices of any step without those before it.
    """

    def __init__(self, lengths: NDArray[np.int64], *, batch_tokens: int, seed: int) -> None:
        self.lengths, self.batch_tokens, self.seed = lengths, batch_tokens, seed
        self._epoch = lru_cache(maxsize=1)(self._shuffled)

    def batch(self, step: int) -> NDArray[np.int64]:
        """Example indices of the batch at `step`."""
        epoch = 0
        while step >= len(batches := self._epoch(epoch)):
            step -= len(batches)
            epoch += 1
        return batches[step]

    def _shuffled(self, epoch: int) -> list[NDArray[np.int64]]:
        rng = np.random.default_rng((self.seed, epoch))
        noise = rng.uniform(0.9, 1.1, len(self.lengths))  # mixes neighbours in length between epochs
        order = np.argsort(self.lengths * noise, kind="stable")
        batches, start = [], 0
        while start < len(order):
            size = 1
            longest = self.lengths[order[start]]
            while start + size < len(order):
                longest = max(longest, self.lengths[order[start + size]])
                if longest * (size + 1) > self.batch_tokens:
                    break
                size += 1
            batches.append(order[start : start + size])
            start += size
        return [batches[i] for i in rng.permutation(len(batches))]


class Course:
    """The batches of the lessons, each for its steps, then those of the examples."""

    def __init__(
        self, lessons: Sequence[tuple[Examples, int]], examples: Examples, *, batch_tokens: int, seed: int
    ) -> None:
        self.steps, self.seed = [steps for _, steps in lessons], seed
        self.parts = [
            (part, EpochPlan(part.lengths, batch_tokens=batch_tokens, seed=seed))
            for part in (*(part for part, _ in lessons), examples)
        ]

    def batch(self, step: int) -> Tensors:
        """The tensors of any step without those before it."""
        rng, part = np.random.default_rng((self.seed, step)), 0
        while part < len(self.steps) and step >= self.steps[part]:
            step -= self.steps[part]
            part += 1
        examples, plan = self.parts[part]
        return examples.collate(plan.batch(step), rng)
