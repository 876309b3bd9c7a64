"""What a recipe is: the model class, the LoRA shape, the examples and the loss. train.py trains it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from core.training.batches import Examples, Tensors


@dataclass(frozen=True)
class Lesson:
    """Simpler examples that come before a recipe's own, for `steps` of its steps."""

    examples: Callable[[Path, PreTrainedTokenizerBase], Examples]
    steps: int


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights of one adapter; the seed and these fields reproduce a run."""

    name: str
    model_class: Any  # a class of transformers with a head, or the Auto class of such a head
    examples: Callable[[Path, PreTrainedTokenizerBase], Examples]
    loss: Callable[[PreTrainedModel, Tensors], torch.Tensor]
    files: tuple[str, ...]
    steps: int
    batch_tokens: int
    learning_rate: float
    rank: int
    targets: str = r".*encoder\.layer\..*\.(query|key|value|dense)"
    heads: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()  # in order, before `examples`
    labels: tuple[str, ...] = ()
    configure: Callable[[PreTrainedConfig], PreTrainedConfig] | None = None  # what the base's is turned into
    dropout: float = 0.1
    seed: int = 13
    base: str = "minilm"  # the checkpoint that is adapted
    limits: str = ""
    history: str = ""  # where the committed weights came about otherwise than in one run of these fields
    finish: Callable[[Path, Path], None] | None = None  # what is left to do on the written folder, with the data folder
    extra: dict[str, Any] = field(default_factory=dict)
