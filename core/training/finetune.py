"""A checkpoint trained further on a visitor's rows: head alone, LoRA, or all weights."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError, PlaygroundError
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import MemoryNeed, memory_need, shape_of
from core.finetuning.plan import LABELLED, MOST_AT_EACH_POINT, TrainingPlan, check_start, usual_batch
from core.finetuning.report import TrainingBefore, TrainingOutcome, TrainingStart, Watched
from core.models.hooks import layers
from core.models.loader import Loader
from core.models.merging import merge
from core.models.precision import has_bfloat16
from core.training.adapters import ADAPTER, attach, save_adapter
from core.training.batches import EpochPlan, Tensors
from core.training.depth import Thaw, depths, rate_of_depth
from core.training.fit import Step, Validation, fit
from core.training.labelled import class_weights, own_classes, trained_classes
from core.training.optimizer import Optimizer, count_weights, exchange, trainable
from core.training.save import save_model
from core.training.schedule import Schedule
from core.training.skills.answers import AnswerSkill
from core.training.skills.hidden_words import MaskSkill
from core.training.skills.labels import LabelSkill
from core.training.skills.skill import Marks, Skill, inner, loss_of
from core.training.state import TrainingState

LOSS_FIRST_S = 2.0  # of the first steps, before the held-out rows are asked for the first time


class DivergedError(PlaygroundError):
    """The loss became infinite or no number."""


class FineTuning:
    """One training, from its plan to the folder that it leaves. What it teaches, and how that is scored, is a skill."""

    def __init__(
        self,
        loader: Loader,
        row: Checkpoint,
        plan: TrainingPlan,
        train: Sequence[TrainingRow],
        dev: Sequence[TrainingRow],
    ) -> None:
        torch.manual_seed(plan.seed)
        row = replace(row, next_sentence=False)  # a second head would not learn with the others
        self.row, self.plan, self.train_rows, self.dev_rows = row, plan, train, dev
        self.tokenizer = loader.tokenizer(row)[1]
        self.skill = skill_for(plan, row, train, loader)
        self.thaw: Thaw | None = None
        known = trained_classes(row, loader) if plan.task in LABELLED else self.skill.classes
        self.goes_on = row.head == plan.head and tuple(self.skill.classes) == tuple(known)
        self.model = self.begin_with(loader.fresh(row, plan.head, () if self.goes_on else self.skill.classes))
        self.depth, self.above = len(layers(self.model)), depths(self.model)
        examples = self.skill.examples(train)
        if not len(examples.lengths):
            raise InputError(
                "No row can be read by this model: all are too long, or without words.", "Change the rows."
            )
        self.truncated = int((examples.lengths >= row.context_length).sum()) if self.skill.cuts else 0
        self.batch_tokens = plan.batch_tokens or usual_batch(int(examples.lengths.sum()), plan.task)
        self.order = EpochPlan(examples.lengths, batch_tokens=self.batch_tokens, seed=plan.seed)
        self.examples, self.exam = examples, self.skill.exam(dev)
        self.network = self._free()
        self.autocast = torch.bfloat16 if has_bfloat16(torch.device("cpu")) else None
        steps = self.order.steps(plan.epochs)
        warm_up = round(plan.warm_up * steps)
        shares = {name: rate_of_depth(depth, self.depth, plan.layer_decay) for name, depth in self._depths().items()}
        optimizer = Optimizer(
            self.network,
            learning_rate=plan.rate,
            weight_decay=plan.weight_decay,
            highest_norm=plan.clip,
            shares=shares,
        )
        self.state = TrainingState(optimizer, Schedule(steps, warm_up=warm_up, decay=1 - warm_up / steps))
        self.sample = sample(len(dev), plan.seed)
        self._before: Marks | None = None
        self._first: dict[str, torch.Tensor] = {}  # the weights that it began with, until they are asked
        self.learning = sum(weight.numel() for weight in optimizer.weights.values())

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.state.schedule.steps

    def begin_with(self, model: PreTrainedModel) -> PreTrainedModel:
        """What learns: the checkpoint itself."""
        return model

    def loss(self, batch: Tensors) -> Tensor:
        """That of a batch."""
        return loss_of(self.skill, self.network, batch)

    def resume(self, file: Path) -> bool:
        """Goes on from a state on the disk; whether there is one."""
        if file.exists():
            self.ask_before()
        return self.state.resume(file)

    def ask_before(self) -> Marks:
        """How right the network was before its first step; asked once, whatever it has learned by then."""
        if self._before is None:
            exchange(self.state.optimizer.weights, self._first)
            self._before = self.marks(self.sample)
            exchange(self.state.optimizer.weights, self._first)
            self._first = {}
        return self._before

    def run(self) -> Iterator[Step]:
        """Each step; DivergedError where the loss is no number any more. The held-out rows are asked what they were
        before after the first steps, so that the loss can be seen at once, but ahead of the first point: until then no
        best weights are kept, whose place those of the beginning take."""
        plan, every = self.plan, max(1, self.steps // self.plan.evaluations)
        if self._before is None:
            self._first = self.state.optimizer.copy()
        if plan.gradual:
            above, learning = self._depths(), trainable(self.network)
            weights = [(weight, above[name]) for name, weight in learning.items()]
            self.thaw = Thaw(weights, layers=self.depth, steps=self.steps)
        steps = fit(
            self.state,
            self.loss,
            lambda step: self.examples.collate(self.order.batch(step), np.random.default_rng((plan.seed, step))),
            autocast=self.autocast,
            point_every=every,
            validation=Validation(
                self._scores, self.skill.keep, plan.patience, lower_is_better=self.skill.keep == "loss"
            ),
            prepare=self.thaw or (lambda step: None),
        )
        began = time.monotonic()
        if min(every, self.steps) == 1:
            self.ask_before()
        for step in steps:
            if step.point and not np.isfinite(step.point.loss):
                steps.close()
                message = f"The loss is no longer a number after step {step.step}."
                raise DivergedError(message, "Try a lower learning rate.")
            yield step
            if step.step + 1 >= min(every, self.steps) or time.monotonic() - began > LOSS_FIRST_S:
                self.ask_before()

    def _scores(self) -> dict[str, float]:
        """What is measured at a point of the curve."""
        found = self.marks(self.sample)
        return {**found.others, "score": found.score}

    def frozen_below(self, step: int) -> int:
        """The lowest depth that learns at a step; 0 where all do."""
        if self.plan.method == "head":
            return self.depth + 1
        return self.thaw.lowest(step) if self.thaw else 0

    def marks(self, places: Sequence[int]) -> Marks:
        """How right the network is on these of the held-out rows; 0 where weights are no numbers."""
        if not all(bool(weight.isfinite().all()) for weight in self.state.optimizer.weights.values()):
            return Marks(0.0, others={"loss": math.inf} if self.skill.keep == "loss" else {})
        return self.marks_of(self.network, places)

    def marks_of(self, network: nn.Module, places: Sequence[int]) -> Marks:
        """How right any network of this kind is."""
        with self._asking():
            return self.exam.marks(network, places)

    def watched(self) -> list[Watched]:
        """What the network says now of the texts that are watched."""
        texts = [text for text in self.plan.watch if text.split()]
        with self._asking():
            return self.skill.watched(self.network, texts) if texts else []

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """The network in evaluation mode, without gradients."""
        training = self.network.training
        self.network.eval()
        with torch.no_grad(), torch.autocast("cpu", self.autocast, enabled=self.autocast is not None):
            yield
        self.network.train(training)

    def need(self) -> MemoryNeed | None:
        """The memory that it is expected to need; None if the configuration does not tell."""
        shape = shape_of(count_weights(self.model), self.model.config.to_dict())
        return memory_need(shape, self.plan, self.learning, **self.sizes()) if shape else None

    def sizes(self) -> dict[str, int]:
        """What decides of the rows how much memory they need."""
        lengths = self.examples.lengths
        held_out = int(lengths.mean() * len(self.dev_rows))
        return {"tokens": self.batch_tokens, "longest": int(lengths.max()), "held_out": held_out}

    def start(self, resumed: bool) -> TrainingStart:
        """What the training is, before its first step; `resumed` says that it goes on from its state."""
        need = self.need()
        return TrainingStart(
            classes=tuple(self.skill.classes) if self.plan.task in LABELLED else (),
            steps=self.steps,
            batch_tokens=self.batch_tokens,
            learning=self.learning,
            weights=count_weights(self.model),
            layers=self.depth,
            truncated=self.truncated,
            resumed=self.state.step if resumed else 0,
            expected_mb=round(need.total, 1) if need else 0.0,
        )

    def before(self) -> TrainingBefore | None:
        """What is told of the network before its first step, once it was asked."""
        if self._before is None:
            return None
        said = dict(zip(self.sample, self._before.answers if self.goes_on else (), strict=False))
        labels = tuple(said.get(n, ()) for n in range(len(self.dev_rows))) if said else ()
        return TrainingBefore(round(self._before.score, 4), self._before.others, labels)

    def finish(self, folder: Path) -> TrainingOutcome:
        """Writes the best weights as plain transformers loads them; what they reach on all held-out rows."""
        before = round(self.ask_before().score, 4)
        self.state.restore_best()
        found = self.marks(range(len(self.dev_rows)))
        self.write_adapter(folder)
        self.write_whole(folder)
        best = self.state.best.step if self.state.best else self.state.step
        seconds = round(self.state.seconds, 1)
        return TrainingOutcome(best, round(found.score, 4), before, seconds, found.answers, others=found.others)

    def write_adapter(self, folder: Path) -> None:
        """Writes what was learned beside the weights of the base, if it was."""
        if isinstance(self.network, PeftModel):
            save_adapter(self.network, folder / ADAPTER, base=self.row.id)

    def write_whole(self, folder: Path) -> None:
        """Writes all weights, those of an adapter folded in: then the network has learned."""
        if isinstance(self.network, PeftModel):
            self.model = merge(inner(self.network))
        self.model.eval()
        save_model(self.model, self.tokenizer, folder, blocks=False)

    def _free(self) -> nn.Module:
        """The network with what the method leaves free to learn."""
        head = self.depth + 1
        if self.plan.method == "lora":
            base = {id(module) for module in self.model.base_model.modules()}
            heads = [n for n, m in self.model.named_children() if id(m) not in base and [*m.parameters()]]
            heads = heads if self.plan.task != "fill-mask" else []  # that head is trained, and shares the embeddings
            names = [name for name, _ in self.model.named_modules()] if self.plan.task == "text-classification" else []
            pooler = [name for name in names if name.endswith("pooler")]
            inside = {id(module) for layer in layers(self.model) for module in layer.modules()}
            targets = [n for n, m in self.model.named_modules() if isinstance(m, nn.Linear) and id(m) in inside]
            return attach(self.model, rank=self.plan.rank, targets=targets, heads=[*heads, *pooler])
        for name, weight in self.model.named_parameters():
            weight.requires_grad_(self.plan.method == "full" or self.above[name] == head)
        return self.model

    def _depths(self) -> dict[str, int]:
        """The depth of each weight of the network as it learns, an adapter's those of the layer it is on."""
        if not isinstance(self.network, PeftModel):
            return self.above
        return depths(inner(self.network), prefix="base_model.model.")


def use_threads(count: int) -> None:
    """How many processor threads this process trains with."""
    torch.set_num_threads(count)


def sample(count: int, seed: int) -> list[int]:
    """Places of the held-out rows that are asked at each point."""
    if count <= MOST_AT_EACH_POINT:
        return list(range(count))
    return sorted(np.random.default_rng(seed).choice(count, MOST_AT_EACH_POINT, replace=False).tolist())


def skill_for(plan: TrainingPlan, row: Checkpoint, train: Sequence[TrainingRow], loader: Loader) -> Skill:
    """What the plan teaches the checkpoint."""
    check_start(plan, row)
    ready, plain = loader.tokenizer(row)
    if plan.task == "question-answering":
        return AnswerSkill(ready)
    if plan.task == "fill-mask":
        return MaskSkill(ready, plain)
    classes = own_classes(row, train, loader)
    weights = class_weights(train, classes) if plan.class_weights else None
    tags = plan.task == "token-classification"
    return LabelSkill(plain, classes, longest=row.context_length, tags=tags, weights=weights)
