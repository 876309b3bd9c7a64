"""Extractive question answering: where the answer starts and ends."""

from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

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
