"""Which examples form the batch of a step: a pure function of seed and step, so a resumed run sees the same data."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

Tensors = dict[str, Tensor]  # of a batch, by name
MOST_WORKERS = 12


class Examples(Protocol):
    """Training examples, indexable in batches; `lengths` in tokens."""

    lengths: NDArray[np.int64]

    def collate(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Tensors:
        """The tensors of these examples; `rng` is the only source of chance."""


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

    def steps(self, epochs: int) -> int:
        """Batches of the first epochs together."""
        return sum(len(self._epoch(epoch)) for epoch in range(epochs))

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


class WindowOrder:
    """Windows of one length in another order every epoch; `numbers(step)` does not depend on the steps before."""

    def __init__(self, count: int, *, rows: int, seed: int) -> None:
        assert count >= rows, "the text has fewer windows than a batch"
        self.count, self.rows, self.seed = count, rows, seed
        self._epoch = lru_cache(maxsize=2)(lambda n: np.random.default_rng((seed, n)).permutation(count))

    def epoch(self, step: int) -> int:
        """How often all windows were read before a step."""
        return step // (self.count // self.rows)

    def numbers(self, step: int) -> NDArray[np.int64]:
        """Window numbers of a step: (rows,)"""
        place = step % (self.count // self.rows)
        return self._epoch(self.epoch(step))[place * self.rows : (place + 1) * self.rows]


class BatchOfStep(Dataset[Tensors]):
    """Batches by their steps."""

    def __init__(self, batch: Callable[[int], Tensors]) -> None:
        self.batch = batch

    def __getitem__(self, step: int) -> Tensors:
        return self.batch(step)


def in_order(batch: Callable[[int], Tensors], steps: range, device: torch.device) -> Iterable[Tensors]:
    """The batches of these steps; made ahead by other processes where a graphics card would wait for them."""
    waits = device.type == "cuda"
    workers = min(MOST_WORKERS, (os.cpu_count() or 1) - 1) if waits else 0
    own = torch.Generator()  # the global one is left to dropout
    return DataLoader(
        BatchOfStep(batch), batch_size=None, sampler=steps, num_workers=workers, pin_memory=waits, generator=own
    )


def on_device(batch: Tensors, device: torch.device) -> Tensors:
    """The batch where the network is."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}


def count_tokens(batch: Tensors) -> int:
    """Tokens of a batch, special ones too, without padding."""
    mask = batch.get("attention_mask")
    return batch["input_ids"].numel() if mask is None else int(mask.sum())
