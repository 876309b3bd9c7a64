"""Replaced-token detection: a generator's samples take the place of masked tokens, a discriminator says of every token
whether it was replaced (ELECTRA, arxiv.org/abs/2003.10555).
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.training.batches import Tensors


def with_dice(batch: Tensors, rng: np.random.Generator) -> Tensors:
    """The batch with the chance that its samples depend on: a number in [0, 1) for each chosen token."""
    return batch | {"dice": torch.from_numpy(rng.random(len(batch["places"]), dtype=np.float32))}


def filled_in(batch: Tensors, logits: Tensor) -> tuple[Tensor, Tensor]:
    """The rows with the generator's samples at the chosen places, and which tokens are not the true ones.

    A chosen token that the generator guesses right counts as not replaced. Both are (rows, tokens).
    """
    sampled = sample(logits, batch["dice"])
    ids = batch["input_ids"].clone()
    ids.view(-1)[batch["places"]] = sampled
    replaced = torch.zeros_like(ids, dtype=torch.bool)
    replaced.view(-1)[batch["places"]] = sampled != batch["answers"]
    return ids, replaced


def sample(logits: Tensor, dice: Tensor) -> Tensor:
    """A piece drawn from each distribution (positions, vocabulary): where its running sum passes the number drawn."""
    reached = logits.softmax(dim=-1).cumsum(dim=-1)
    drawn = torch.searchsorted(reached, (dice * reached[:, -1])[:, None], right=True)
    return drawn[:, 0].clamp(max=logits.shape[-1] - 1)


def detection_loss(logits: Tensor, replaced: Tensor) -> Tensor:
    """Mean binary cross-entropy of “replaced”, both of one shape, padding left out."""
    return functional.binary_cross_entropy_with_logits(logits.float(), replaced.float())


def detection_scores(found: Tensor, replaced: Tensor) -> dict[str, float]:
    """Accuracy of all tokens, and F1 of the replaced ones."""
    right = float((found & replaced).sum())
    f1 = 2 * right / max(1.0, float(found.sum() + replaced.sum()))
    accuracy = float((found == replaced).float().mean())
    return {"detection_accuracy": round(accuracy, 4), "detection_f1": round(f1, 4)}


def copied_loss(logits: Tensor, copies: Tensor, shown: Tensor, answers: Tensor) -> Tensor:
    """Mean −ln p of the true token of every position where some were replaced: All-Tokens MLM of ELECTRA's table 5.

    With probability sigmoid(`copies`), (positions,), the network takes the token that is `shown`; else it predicts one
    by its `logits`, (positions, vocabulary).
    """
    own = functional.logsigmoid(-copies) - functional.cross_entropy(logits, answers, reduction="none")
    taken = torch.where(shown == answers, functional.logsigmoid(copies), -torch.inf)
    return -torch.logaddexp(own, taken).mean()
