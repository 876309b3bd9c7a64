"""A checkpoint trained further on labelled rows: head alone, LoRA, or all weights."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from peft import PeftModel
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from core.checkpoints.catalog import Checkpoint
from core.errors import PlaygroundError
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.finetuning.report import TrainingOutcome, TrainingStart, Watched
from core.finetuning.score import score_of
from core.models.hooks import layers
from core.models.loader import Loader
from core.models.merging import merge
from core.models.precision import has_bfloat16
from core.training.adapters import attach
from core.training.batches import EpochPlan, Tensors
from core.training.depth import Thaw, depths, rate_of_depth
from core.training.examples import IGNORED, Sequences, model_inputs
from core.training.fit import Step, Validation, fit
from core.training.labelled import RowEncoder, class_weights, own_classes, trained_classes
from core.training.optimizer import Optimizer, trainable
from core.training.save import save_model
from core.training.schedule import Schedule
from core.training.state import TrainingState

FEWEST_USUAL, MOST_USUAL, AT_ONCE = 64, 1024, 2048  # tokens of a batch to learn from, and to be asked
MOST_AT_EACH_POINT = 1000  # held-out rows that are asked while it trains; at the end all are


class DivergedError(PlaygroundError):
    """The loss became infinite or no number."""


class FineTuning:
    """One training, from its plan to the folder that it leaves. The score is accuracy for classes, F1 for names."""

    def __init__(
        self,
        loader: Loader,
        row: Checkpoint,
        plan: TrainingPlan,
        train: Sequence[TrainingRow],
        dev: Sequence[TrainingRow],
    ) -> None:
        torch.manual_seed(plan.seed)
        self.row, self.plan, self.train_rows, self.dev_rows = row, plan, train, dev
        self.tags = plan.task == "token-classification"
        self.classes = own_classes(row, train, loader)
        self.tokenizer = loader.tokenizer(row)[1]
        self.encoder = RowEncoder(self.tokenizer, self.classes, longest=row.context_length, tags=self.tags)
        self.thaw: Thaw | None = None
        goes_on = row.head == plan.head and self.classes == trained_classes(row, loader)
        self.model = loader.fresh(row, plan.head, () if goes_on else self.classes)
        self.depth, self.above = len(layers(self.model)), depths(self.model)
        examples = self.encoder.encode(train)
        self.truncated = int((examples.lengths >= row.context_length).sum())
        self.batch_tokens = plan.batch_tokens or usual_batch(int(examples.lengths.sum()))
        self.order = EpochPlan(examples.lengths, batch_tokens=self.batch_tokens, seed=plan.seed)
        self.examples, self.dev = examples, self.encoder.encode(dev)
        self.weights_of_classes = class_weights(train, self.classes) if plan.class_weights else None
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
        self.before = self.score(self.sample)

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.state.schedule.steps

    def run(self) -> Iterator[Step]:
        """Each step; DivergedError where the loss is no number any more."""
        plan = self.plan
        if plan.gradual:
            above, learning = self._depths(), trainable(self.network)
            weights = [(weight, above[name]) for name, weight in learning.items()]
            self.thaw = Thaw(weights, layers=self.depth, steps=self.steps)
        steps = fit(
            self.state,
            self.loss,
            lambda step: self.examples.collate(self.order.batch(step), np.random.default_rng((plan.seed, step))),
            autocast=self.autocast,
            point_every=max(1, self.steps // plan.evaluations),
            validation=Validation(lambda: {"score": self.score(self.sample)}, keep="score", patience=plan.patience),
            prepare=self.thaw or (lambda step: None),
        )
        for step in steps:
            if step.point and not np.isfinite(step.point.loss):
                steps.close()
                message = f"The loss is no longer a number after step {step.step}."
                raise DivergedError(message, "Try a lower learning rate.")
            yield step

    def frozen_below(self, step: int) -> int:
        """The lowest depth that learns at a step; 0 where all do."""
        if self.plan.method == "head":
            return self.depth + 1
        return self.thaw.lowest(step) if self.thaw else 0

    def loss(self, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the classes of texts or pieces."""
        logits = self.network(**model_inputs(batch)).logits.float()
        labels = batch["labels"] if self.tags else batch["labels"][:, 0]
        weights = self.weights_of_classes
        return functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), weight=weights, ignore_index=IGNORED)

    @torch.no_grad()
    def predict(self, examples: Sequences, places: Sequence[int]) -> list[Tensor]:
        """The probabilities of the classes, (classes,) for each example or (tokens, classes) for its pieces."""
        training = self.network.training
        self.network.eval()
        found: dict[int, Tensor] = {}
        order = sorted(places, key=lambda n: examples.lengths[n])
        for part in batches(order, examples, AT_ONCE):
            batch = examples.collate(np.array(part), np.random.default_rng(0))
            with torch.autocast("cpu", self.autocast, enabled=self.autocast is not None):
                logits = self.network(**model_inputs(batch)).logits.float()
            for n, row in zip(part, logits.softmax(-1), strict=True):
                found[n] = row[: examples.lengths[n]] if self.tags else row
        self.network.train(training)
        return [found[n] for n in places]

    def labels(self, examples: Sequences, places: Sequence[int], rows: Sequence[TrainingRow]) -> list[tuple[str, ...]]:
        """The class of each text, or the tag of each of its words."""
        found: list[tuple[str, ...]] = []
        for n, probabilities in zip(places, self.predict(examples, places), strict=True):
            best = probabilities.argmax(-1)
            if not self.tags:
                found.append((self.classes[int(best)],))
                continue
            tags = ["O"] * len(rows[n].texts)
            for piece, word in self.encoder.word_starts(rows[n]):
                tags[word] = self.classes[int(best[piece])]
            found.append(tuple(tags))
        return found

    def score(self, places: Sequence[int]) -> float:
        """Accuracy of classes, or F1 of names, on these of the held-out rows; 0 where weights are no numbers."""
        if not all(bool(weight.isfinite().all()) for weight in self.state.optimizer.weights.values()):
            return 0.0
        return score_of(self.labels(self.dev, places, self.dev_rows), [self.dev_rows[n].labels for n in places])

    def watched(self) -> list[Watched]:
        """What the network says now of the texts that are watched."""
        texts = [text for text in self.plan.watch if text.split()]
        if not texts:
            return []
        if self.tags:
            words = [tuple(text.split()) for text in texts]
            rows = [TrainingRow(0, one, ("O",) * len(one)) for one in words]
            tags = self.labels(self.encoder.encode(rows), range(len(rows)), rows)
            return [Watched(text, " ".join(names)) for text, names in zip(texts, tags, strict=True)]
        examples = self.encoder.encode([TrainingRow(0, (text,), self.classes[:1]) for text in texts])
        best = [row.max(-1) for row in self.predict(examples, range(len(texts)))]
        names = [self.classes[int(one.indices)] for one in best]
        return [Watched(text, name, float(top.values)) for text, name, top in zip(texts, names, best, strict=True)]

    def start(self, resumed: bool) -> TrainingStart:
        """What the training is, before its first step; `resumed` says that it goes on from its state."""
        return TrainingStart(
            classes=tuple(self.classes),
            steps=self.steps,
            batch_tokens=self.batch_tokens,
            learning=sum(weight.numel() for weight in self.state.optimizer.weights.values()),
            weights=sum(weight.numel() for weight in self.model.parameters()),
            layers=self.depth,
            truncated=self.truncated,
            before=round(self.before, 4),
            resumed=self.state.step if resumed else 0,
        )

    def finish(self, folder: Path) -> TrainingOutcome:
        """Writes the best weights as plain transformers loads them; what they reach on all held-out rows."""
        self.state.restore_best()
        labels = self.labels(self.dev, range(len(self.dev_rows)), self.dev_rows)
        score = score_of(labels, [row.labels for row in self.dev_rows])
        if isinstance(self.network, PeftModel):
            self.model = merge(cast(PreTrainedModel, self.network.base_model.model))
        self.model.eval()
        save_model(self.model, self.tokenizer, folder, blocks=False)
        best = self.state.best.step if self.state.best else self.state.step
        seconds = round(self.state.seconds, 1)
        return TrainingOutcome(best, round(score, 4), round(self.before, 4), seconds, tuple(labels))

    def _free(self) -> nn.Module:
        """The network with what the method leaves free to learn."""
        head = self.depth + 1
        if self.plan.method == "lora":
            base = {id(module) for module in self.model.base_model.modules()}
            heads = [n for n, m in self.model.named_children() if id(m) not in base and [*m.parameters()]]
            pooler = [name for name, _ in self.model.named_modules() if name.endswith("pooler") and not self.tags]
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
        return depths(cast(PreTrainedModel, self.network.base_model.model), prefix="base_model.model.")


def use_threads(count: int) -> None:
    """How many processor threads this process trains with."""
    torch.set_num_threads(count)


def usual_batch(tokens: int) -> int:
    """Tokens of a batch for a training set of so many: a sixteenth, so that an epoch has some steps."""
    return min(MOST_USUAL, max(FEWEST_USUAL, tokens // 16))


def sample(count: int, seed: int) -> list[int]:
    """Places of the held-out rows that are asked at each point."""
    if count <= MOST_AT_EACH_POINT:
        return list(range(count))
    return sorted(np.random.default_rng(seed).choice(count, MOST_AT_EACH_POINT, replace=False).tolist())


def batches(places: Sequence[int], examples: Sequences, tokens: int) -> Iterator[list[int]]:
    """The places, sorted by length, in parts of at most so many tokens with padding."""
    part: list[int] = []
    for n in places:
        if part and examples.lengths[n] * (len(part) + 1) > tokens:
            yield part
            part = []
        part.append(n)
    if part:
        yield part
