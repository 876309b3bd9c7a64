"""Several tasks learned together: one encoder, a head for each, a batch of one task at a time."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.finetuning.memory import shared_need
from core.finetuning.shared_report import SharedOutcome, SharedPoint, SharedStart
from core.training.batches import Tensors
from core.training.finetune import DivergedError, FineTuning
from core.training.fit import Validation, fit
from core.training.optimizer import Optimizer
from core.training.schedule import Schedule
from core.training.state import TrainingState

TASK = "task"  # in a batch: the number of its task


class SharedTraining:
    """Trainings of one base, with all weights or LoRA, that share its encoder from now on.

    A task comes up in proportion to its steps to the power of 1 / `temperature`: 1 keeps the sizes, more brings small
    tasks up (as multilingual models do with languages, arxiv.org/abs/1911.02116, 3.1). All steps together are those of
    the tasks alone.
    """

    def __init__(self, tasks: Mapping[str, FineTuning], *, temperature: float) -> None:
        self.names, self.parts = list(tasks), list(tasks.values())
        share_encoder(self.parts)
        plan = self.parts[0].plan
        self.network = nn.ModuleList([one.network for one in self.parts])
        steps = sum(one.steps for one in self.parts)
        warm_up = round(plan.warm_up * steps)
        optimizer = Optimizer(
            self.network, learning_rate=plan.rate, weight_decay=plan.weight_decay, highest_norm=plan.clip
        )
        self.state = TrainingState(optimizer, Schedule(steps, warm_up=warm_up, decay=1 - warm_up / steps))
        sizes = np.array([one.steps for one in self.parts], dtype=np.float64) ** (1 / temperature)
        rng = np.random.default_rng(plan.seed)
        self.shares = sizes / sizes.sum()
        self.turns = rng.choice(len(self.parts), size=steps, p=self.shares)  # the task of each step
        for one in self.parts:
            one.state.optimizer = optimizer  # the encoders of their own are no longer needed

    @property
    def steps(self) -> int:
        """Steps of all tasks."""
        return self.state.schedule.steps

    def start(self, resumed: bool) -> SharedStart:
        """What is learned, before the first step."""
        before = {name: round(one.ask_before().score, 4) for name, one in zip(self.names, self.parts, strict=True)}
        shares = dict(zip(self.names, self.shares.round(4).tolist(), strict=True))
        needs = [need for one in self.parts if (need := one.need())]
        expected = round(shared_need(needs).total, 1) if needs else 0.0
        return SharedStart(self.steps, shares, before, self.state.step if resumed else 0, expected)

    def batch(self, step: int) -> Tensors:
        """The tensors of a step, a pure function of its number."""
        which = int(self.turns[step])
        one, place = self.parts[which], int((self.turns[:step] == which).sum())
        rng = np.random.default_rng((one.plan.seed, step))
        return one.examples.collate(one.order.batch(place), rng) | {TASK: torch.tensor(which)}

    def loss(self, batch: Tensors) -> Tensor:
        """That of the task whose batch it is."""
        one = self.parts[int(batch[TASK])]
        return one.loss({name: tensor for name, tensor in batch.items() if name != TASK})

    def scores(self) -> dict[str, float]:
        """The score of each task, and their mean."""
        found = {name: one.marks(one.sample).score for name, one in zip(self.names, self.parts, strict=True)}
        return {"mean": float(np.mean(list(found.values()))), **{f"of {name}": score for name, score in found.items()}}

    def run(self) -> Iterator[SharedPoint]:
        """Each step; the weights with the best mean score are kept. DivergedError where the loss is no number."""
        plan, first = self.parts[0].plan, self.parts[0]
        validation = Validation(self.scores, keep="mean", patience=plan.patience)
        every = max(1, self.steps // plan.evaluations)
        for step in fit(
            self.state, self.loss, self.batch, autocast=first.autocast, point_every=every, validation=validation
        ):
            if step.point and not np.isfinite(step.point.loss):
                message = f"The loss is no longer a number after step {step.step}."
                raise DivergedError(message, "Try a lower learning rate.")
            scores = step.point.scores if step.point else {}
            dev = {name: round(scores[f"of {name}"], 4) for name in self.names} if scores else {}
            task, seconds = self.names[self.turns[step.step - 1]], round(self.state.seconds, 2)
            yield SharedPoint(step.step, task, round(step.loss, 4), seconds, dev)

    def finish(self, folder: Path) -> SharedOutcome:
        """Writes a folder for each task, each of which plain transformers loads by itself."""
        self.state.restore_best()
        scores, errors = {}, {}
        for name, one in zip(self.names, self.parts, strict=True):
            found = one.marks(range(len(one.dev_rows)))
            scores[name], errors[name] = round(found.score, 4), round(found.error, 4)
            one.write_adapter(folder / name)  # of all before one of them is folded in, which they share
        for name, one in zip(self.names, self.parts, strict=True):
            one.write_whole(folder / name)
        best = self.state.best.step if self.state.best else self.state.step
        return SharedOutcome(best, scores, errors, round(self.state.seconds, 1))


def share_encoder(parts: list[FineTuning]) -> None:
    """Gives all networks the encoder of the first, embeddings included; poolers stay with their heads."""
    first = parts[0].model.base_model
    for one in parts[1:]:
        for name, module in first.named_children():
            if "pooler" not in name:
                setattr(one.model.base_model, name, module)
        one.model.tie_weights()
