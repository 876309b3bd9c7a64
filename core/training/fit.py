"""The training loop, as a generator of steps. It prints nothing and writes no file: whoever iterates shows the steps,
writes checkpoints between them, or stops.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.training.batches import Tensors, count_tokens, in_order, on_device
from core.training.state import CurvePoint, TrainingState

Loss = Callable[[Tensors], Tensor]
Split = Callable[[Tensors], Iterable[tuple[Tensors, float]]]


@dataclass(frozen=True)
class Validation:
    """Held-out `scores` at each point of the curve, by name; the network is in evaluation mode meanwhile.

    `keep` names the score whose best weights are kept and restored at the end; "" leaves the last ones. Training ends
    early after `patience` points in a row without a better one; 0 never does.
    """

    scores: Callable[[], Mapping[str, float]]
    keep: str = ""
    patience: int = 0
    lower_is_better: bool = False

    def __post_init__(self) -> None:
        assert self.keep or not self.patience, "patience needs a score to watch"


@dataclass(frozen=True)
class Step:
    """A step taken; `step` counts from 1, `tokens` are those of all steps so far. `point` is there where the curve has
    one.
    """

    step: int
    tokens: int
    learning_rate: float
    point: CurvePoint | None
    losses: Tensor  # the sum of the losses of the batch's parts; not yet a number: a graphics card would be waited for
    norm: Tensor

    @property
    def loss(self) -> float:
        """Of the batch, before the step."""
        return float(self.losses)

    @property
    def gradient_norm(self) -> float:
        """Of all gradients together, before they were clipped."""
        return float(self.norm)


Steps = Generator[Step, None, None]  # close it to stop


def whole(batch: Tensors) -> Iterator[tuple[Tensors, float]]:
    """The batch as its only part, with its share in the loss."""
    yield batch, 1.0


def fit(
    state: TrainingState,
    loss: Loss,
    batch: Callable[[int], Tensors],
    *,
    split: Split = whole,
    autocast: torch.dtype | None = None,
    point_every: int = 100,
    validation: Validation | None = None,
    prepare: Callable[[int], None] = lambda _: None,
) -> Steps:
    """Each step up to the end of the schedule, from where `state` is.

    `batch` gives the tensors of a step, a pure function of its number; `split` cuts them into parts that go through the
    network one after the other, each with its share in the loss. `autocast` is the format of the products of fp32
    weights. The curve has a point every `point_every` steps and at the end.

    `prepare` is called before each step with its number.

    Closed in the middle, it leaves `state` and the network as the last step left them; `state.restore_best` is then the
    caller's affair.
    """
    network, schedule, device = state.optimizer.network, state.schedule, state.optimizer.device
    clock = time.monotonic if device.type == "cuda" else time.thread_time  # what others take does not count
    batches = iter(in_order(batch, range(state.step, schedule.steps), device))
    network.train()
    try:
        while state.step < schedule.steps and not exhausted(state, validation):
            began = clock()
            prepare(state.step)
            tensors, factor = next(batches), schedule.factor(state.step)
            losses = learn(state, tensors, loss, split, autocast)
            norm = state.optimizer.step(factor)
            state.losses.append(losses)
            state.step += 1
            state.tokens += count_tokens(tensors)
            has_point = state.step % point_every == 0 or state.step == schedule.steps
            scores = validate(state, validation, autocast) if has_point else {}
            state.seconds += clock() - began
            point = add_point(state, scores, validation) if has_point else None
            yield Step(state.step, state.tokens, factor * state.optimizer.learning_rate, point, losses, norm)
        state.restore_best()
    finally:
        network.eval()


def learn(state: TrainingState, batch: Tensors, loss: Loss, split: Split, autocast: torch.dtype | None) -> Tensor:
    """Collects the gradients of a batch; its loss."""
    device = state.optimizer.device
    total = torch.zeros((), device=device)
    for part, share in split(on_device(batch, device)):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            one = loss(part) * share
        one.backward()
        state.optimizer.collect()
        total += one.detach()
    return total


def validate(state: TrainingState, validation: Validation | None, autocast: torch.dtype | None) -> Mapping[str, float]:
    """The scores on held-out text; none without a validation."""
    if validation is None:
        return {}
    network, device = state.optimizer.network.eval(), state.optimizer.device
    with torch.no_grad(), torch.autocast(device.type, autocast, enabled=autocast is not None):
        scores = validation.scores()
    network.train()
    return scores


def add_point(state: TrainingState, scores: Mapping[str, float], validation: Validation | None) -> CurvePoint:
    """A point of the curve; the weights are kept where it is the best one."""
    point = state.add_point(scores)
    if validation and validation.keep:
        state.keep_if_best(scores[validation.keep], lower_is_better=validation.lower_is_better)
    return point


def exhausted(state: TrainingState, validation: Validation | None) -> bool:
    """Whether the last points of the curve, as many as there is patience for, were no better than one before."""
    if validation is None or not validation.patience:
        return False
    best = state.best.step if state.best else 0
    return sum(point.step > best for point in state.curve) >= validation.patience
