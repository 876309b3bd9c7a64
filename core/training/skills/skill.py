"""What all skills have in common: what a training asks of them, and how a network that learns is asked meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.compression.score import RowCounts
from core.errors import PlaygroundError
from core.finetuning.gather import TrainingRow
from core.finetuning.report import Watched
from core.models.model import LoadedModel, ModelKey
from core.models.tokenizer import Tokenizer
from core.provenance import Provenance, Result, Timing
from core.runtime.batch import Answered, Encoded
from core.runtime.runner import pad
from core.tasks import find_task
from core.training.batches import Examples, Tensors

AT_ONCE = 2048  # tokens that are asked together


@dataclass(frozen=True)
class Marks:
    """How right a network is on some rows: the `score`, `others` by their names, what it answers to each row, where
    an answer has words, and the `counts` of each row that the score is made of.
    """

    score: float
    answers: tuple[tuple[str, ...], ...] = ()
    others: Mapping[str, float] = field(default_factory=dict)
    counts: RowCounts | None = None

    @property
    def error(self) -> float:
        """The standard error of the score."""
        return self.counts.error if self.counts else 0.0


@dataclass(frozen=True)
class NetworkOutputs:
    """What a network makes of a batch: the `logits` of everything that is judged, (judged, classes), and the `states`
    that go into its first layer and come out of each, (rows, tokens, hidden), where they are asked for."""

    logits: Tensor
    states: Sequence[Tensor] = ()


class Exam(Protocol):
    """Held-out rows, in pieces and ready to be asked."""

    def marks(self, network: nn.Module, places: Sequence[int]) -> Marks:
        """How right the network is on the rows at these places; it is in evaluation mode, without gradients."""


class Skill(Protocol):
    """What a network learns. `classes` are the labels of its head, none where it has no labels; `cuts` says whether
    rows that are too long are cut; `keep` names the mark whose best weights are kept, the lowest for “loss”."""

    classes: Sequence[str]
    cuts: bool
    keep: str

    def examples(self, rows: Sequence[TrainingRow]) -> Examples:
        """The rows to learn from."""

    def exam(self, rows: Sequence[TrainingRow]) -> Exam:
        """The rows that are held out."""

    def outputs(self, network: nn.Module, batch: Tensors, *, states: bool = False) -> NetworkOutputs:
        """What the network makes of a batch of examples."""

    def judged(self, logits: Tensor, batch: Tensors) -> Tensor:
        """The loss of these logits: how far they are from what is right."""

    def watched(self, network: nn.Module, texts: Sequence[str]) -> list[Watched]:
        """What the network says now of a visitor's own texts."""


def loss_of(skill: Skill, network: nn.Module, batch: Tensors) -> Tensor:
    """How far what the network makes of a batch is from what is right."""
    return skill.judged(skill.outputs(network, batch).logits, batch)


def inner(network: nn.Module) -> PreTrainedModel:
    """The network itself, its adapter within it."""
    return cast(PreTrainedModel, network.base_model.model if isinstance(network, PeftModel) else network)


def ask(network: nn.Module, tokenizer: Tokenizer, task: str, requests: Sequence[Any]) -> list[Result | PlaygroundError]:
    """What the pages would show of each request to a task, of a network that still learns."""
    run, model = find_task(task).run, inner(network)
    loaded = LoadedModel(
        ModelKey("", "", "", torch.float32, next(model.parameters()).device), model, tokenizer, plain=model
    )
    encoded: list[Encoded | PlaygroundError] = []
    for request in requests:
        try:
            encoded.append(run.encode(request, loaded))
        except PlaygroundError as e:
            encoded.append(e)
    rows = [
        (n, row)
        for n, (one, request) in enumerate(zip(encoded, requests, strict=True))
        if isinstance(one, Encoded)
        for row in one.rows(request)
    ]
    lengths = np.array([len(row.encoding) for _, row in rows], dtype=np.int64)
    outputs: dict[int, Any] = {}
    for part in parts(range(len(rows)), lengths):
        found = run.forward(loaded, pad([rows[n][1] for n in part], loaded))
        outputs.update(zip(part, found, strict=True))
    answered: list[Result | PlaygroundError] = []
    for n, (one, request) in enumerate(zip(encoded, requests, strict=True)):
        if isinstance(one, Encoded):
            own = [outputs[place] for place, (of, _) in enumerate(rows) if of == n]
            told = Provenance("", "", "", "", 0, Timing())
            answered.append(run.decode(Answered(request, one, own, loaded, told)))
        else:
            answered.append(one)
    return answered


def parts(places: Sequence[int], lengths: NDArray[np.int64], tokens: int = AT_ONCE) -> Iterator[list[int]]:
    """The places, sorted by length, in parts of at most so many tokens with padding."""
    part: list[int] = []
    for n in sorted(places, key=lambda place: lengths[place]):
        if part and lengths[n] * (len(part) + 1) > tokens:
            yield part
            part = []
        part.append(n)
    if part:
        yield part
