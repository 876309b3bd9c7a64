"""Classification of one text or two: one class of several."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from core.training.batches import Tensors
from core.training.examples import IGNORED, model_inputs


def class_loss(model: PreTrainedModel, batch: Tensors, *, either: Sequence[int] = ()) -> Tensor:
    """Mean cross-entropy of the rows' classes; `labels` are (rows, 1)."""
    return cross_entropy(model(**model_inputs(batch)).logits, batch["labels"][:, 0], either=either)


def cross_entropy(logits: Tensor, labels: Tensor, *, either: Sequence[int] = ()) -> Tensor:
    """Mean cross-entropy of (positions, classes) where a label is not IGNORED.

    The label after those of the classes means that one of `either` is right and nobody said which: their probabilities
    are added.
    """
    scores = logits.float().log_softmax(-1)
    if either:
        together = torch.logsumexp(scores[:, list(either)], dim=-1, keepdim=True)
        scores = torch.cat([scores, together], dim=-1)  # (positions, classes + 1)
    return functional.nll_loss(scores, labels, ignore_index=IGNORED)
