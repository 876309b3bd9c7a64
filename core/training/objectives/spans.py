"""Extractive question answering: where the answer starts and ends."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from core.text.spans import Span
from core.training.batches import Tensors
from core.training.examples import model_inputs


def span_loss(model: PreTrainedModel, batch: Tensors) -> Tensor:
    """Mean of the cross-entropies of start and end, padding left out; `labels` are (rows, 2), in tokens."""
    return place_loss(place_logits(model(**model_inputs(batch)), batch), batch)


def place_logits(output: Any, batch: Tensors) -> Tensor:
    """What a model says of each token as the first of the answer, then as the last: (2 · rows, tokens), padding low."""
    logits = torch.cat([output.start_logits, output.end_logits]).float()
    return logits.masked_fill(batch["attention_mask"].repeat(2, 1) == 0, -1e4)


def place_loss(logits: Tensor, batch: Tensors) -> Tensor:
    """Mean cross-entropy of starts and ends, (2 · rows, tokens)."""
    return functional.cross_entropy(logits, batch["labels"].T.flatten())


def answer_pieces(answer: Span, offsets: Sequence[Span]) -> tuple[int, int] | None:
    """The first and last of the pieces with these `offsets` that an answer touches; None if none does."""
    inside = [n for n, (start, end) in enumerate(offsets) if start < answer[1] and end > answer[0]]
    return (inside[0], inside[-1]) if inside else None
