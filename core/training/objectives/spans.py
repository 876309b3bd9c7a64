"""Extractive question answering: where the answer starts and ends."""

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from core.text.spans import Span
from core.training.batches import Tensors
from core.training.examples import model_inputs


def span_loss(model: PreTrainedModel, batch: Tensors) -> Tensor:
    """Mean of the cross-entropies of start and end, padding left out; `labels` are (rows, 2), in tokens."""
    output = model(**model_inputs(batch))
    padding = batch["attention_mask"] == 0
    start, end = (
        functional.cross_entropy(logits.float().masked_fill(padding, -1e4), batch["labels"][:, n])
        for n, logits in enumerate((output.start_logits, output.end_logits))
    )
    return (start + end) / 2


def answer_pieces(answer: Span, offsets: Sequence[Span]) -> tuple[int, int] | None:
    """The first and last of the pieces with these `offsets` that an answer touches; None if none does."""
    inside = [n for n, (start, end) in enumerate(offsets) if start < answer[1] and end > answer[0]]
    return (inside[0], inside[-1]) if inside else None
