"""Distillation: a student learns a teacher's probabilities and hidden states (DistilBERT, arxiv.org/abs/1910.01108)."""

from torch import Tensor
from torch.nn import functional


def soft_loss(logits: Tensor, targets: Tensor, *, temperature: float) -> Tensor:
    """Kullback-Leibler divergence of the two softened distributions (positions, classes), times temperature²."""
    ours, theirs = (functional.log_softmax(scores / temperature, dim=-1) for scores in (logits, targets))
    return functional.kl_div(ours, theirs, log_target=True, reduction="batchmean") * temperature**2


def cosine_loss(hidden: Tensor, taught: Tensor) -> Tensor:
    """One minus the mean cosine of a student's and a teacher's states, both (rows, tokens, hidden)."""
    return 1 - functional.cosine_similarity(hidden.float(), taught.float(), dim=-1).mean()
