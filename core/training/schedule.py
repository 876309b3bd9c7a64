"""The learning rate of each step."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from transformers import get_wsd_schedule


@dataclass(frozen=True)
class Schedule:
    """A linear rise, a plateau and a fall to zero (warmup-stable-decay, arxiv.org/abs/2404.06395), by transformers.

    `warm_up` in steps, shortened to the steps before the fall if there are fewer; `decay` is the share of `steps`, the
    last ones, in which the rate falls: linearly, or with the `shape` "cosine" or "1-sqrt".
    """

    steps: int
    warm_up: int = 0
    decay: float = 0.0
    shape: str = "linear"

    @property
    def decay_start(self) -> int:
        """The step at which the rate begins to fall."""
        return round((1 - self.decay) * self.steps)

    def factor(self, step: int) -> float:
        """The share of the highest rate at a step, counted from 0."""
        return self._factor(step + 1)  # the first of transformers' factors is 0, with which a step would be lost

    @cached_property
    def _factor(self) -> Callable[[int], float]:
        warm_up = min(self.warm_up, self.decay_start)
        scheduler = get_wsd_schedule(
            torch.optim.SGD([torch.zeros(1)]),
            warm_up,
            num_decay_steps=self.steps - self.decay_start,
            num_stable_steps=self.decay_start + 1 - warm_up,
            decay_type=self.shape,
        )
        factor: Callable[[int], float] = scheduler.lr_lambdas[0]
        return factor

    def agrees(self, other: "Schedule", steps: int) -> bool:
        """Whether both have the same rates in the first `steps` steps."""
        return all(self.factor(step) == other.factor(step) for step in range(steps))
