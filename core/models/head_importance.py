"""Which heads matter least: by gradients, all heads at once (Michel et al. 2019, arxiv.org/abs/1905.10650, 4.1)."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from core.models.hooks import silence
from core.models.smaller import head_counts

NetworkHead = tuple[int, int]  # layer and head, both counted from 0
NO_LABEL = -100


def least_important_first(
    model: PreTrainedModel, batches: Iterable[tuple[dict[str, Tensor], Tensor]]
) -> list[NetworkHead]:
    """All heads, by the absolute gradient of the loss with respect to a factor on the head: the mean over rows, divided
    by the norm over the layer. Each batch is its inputs and the right classes of its rows, or of its tokens."""
    heads = head_counts(model)
    total = torch.zeros(len(heads), max(heads))
    for inputs, labels in batches:
        kept = torch.ones(len(labels), len(heads), max(heads), requires_grad=True)  # (rows, layers, heads)
        with silence(model, kept):
            logits = model(**inputs).logits.flatten(0, -2)
        loss = functional.cross_entropy(logits, labels.flatten(), ignore_index=NO_LABEL, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, kept)
        total += gradient.abs().sum(0)
    importance = total / total.norm(dim=1, keepdim=True).clamp_min(1e-12)
    every = [(layer, head) for layer, count in enumerate(heads) for head in range(count)]
    return sorted(every, key=lambda one: float(importance[one]))


def to_remove(order: Iterable[NetworkHead], heads: list[int], share: float) -> set[NetworkHead]:
    """This share of the heads, the first of the `order`; every layer keeps one of its `heads`."""
    left, gone, wanted = list(heads), set[NetworkHead](), round(share * sum(heads))
    for layer, head in order:
        if len(gone) < wanted and left[layer] > 1:
            gone.add((layer, head))
            left[layer] -= 1
    return gone
