"""Masked-language modelling with the tokens of a tokenizer: what is hidden in rows of ids, and the loss."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from core.text.masking import KEEP, RANDOM, RATE, choose_tokens, choose_words, fates, stand_ins
from core.training.batches import Tensors


@dataclass(frozen=True)
class Masked:
    """Rows with some tokens hidden; `places` are those tokens, counted through all rows, `answers` what stood there."""

    ids: NDArray[np.int64]  # (rows, tokens)
    places: NDArray[np.int64]  # (chosen,)
    answers: NDArray[np.int64]  # (chosen,)

    def tensors(self, **others: NDArray[np.int64]) -> Tensors:
        """The batch that the losses read: `input_ids`, `places`, `answers` and the `others`."""
        arrays = {"input_ids": self.ids, "places": self.places, "answers": self.answers, **others}
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


class Masking:
    """BERT's masking with the special tokens of a tokenizer."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, *, rate: float = RATE, random: float = RANDOM, keep: float = KEEP
    ) -> None:
        """`rate` is the share of the ordinary tokens that are chosen."""
        self.mask, self.pieces = tokenizer.mask_token_id, len(tokenizer)
        self.rate, self.random, self.keep = rate, random, keep
        self.special = np.isin(np.arange(self.pieces), tokenizer.all_special_ids)
        self.lowest = max(tokenizer.all_special_ids) + 1  # of the pieces that stand in for others

    def __call__(self, ids: NDArray[np.int64], rng: np.random.Generator) -> Masked:
        """The rows with the chosen tokens hidden."""
        places = np.flatnonzero(self.choose(ids, rng))
        answers = ids.reshape(-1)[places]
        fate = fates(len(places), rng, random=self.random, keep=self.keep)
        shown = stand_ins(fate, answers, rng, mask=self.mask, lowest=self.lowest, pieces=self.pieces)
        masked = ids.copy()
        masked.reshape(-1)[places] = shown
        return Masked(masked, places, answers)

    def choose(self, ids: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
        """Ordinary tokens of every row, the same number in rows with as many special tokens."""
        return choose_tokens(self.special[ids], rng, self.rate)


class WholeWordMasking(Masking):
    """Hides words with all their pieces, and punctuation four times less often: it teaches little."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, rate: float, random: float, keep: float) -> None:
        """The last word chosen in a row may exceed the `rate`."""
        super().__init__(tokenizer, rate=rate, random=random, keep=keep)
        pieces = tokenizer.convert_ids_to_tokens(list(range(self.pieces)))
        self.continues = np.array([piece.startswith("##") for piece in pieces])
        self.weight = np.array([1.0 if piece.lstrip("#").isalnum() else 0.25 for piece in pieces])

    def choose(self, ids: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
        """Words until `rate` of the ordinary tokens of every row are reached."""
        return choose_words(self.special[ids], self.continues[ids], rng, self.rate, self.weight[ids])


def masked_lm_loss(hidden: Tensor, decode: Callable[[Tensor], Tensor], batch: Tensors) -> Tensor:
    """Mean cross-entropy at the chosen tokens of last hidden states (rows, tokens, hidden); only those go through the
    vocabulary decoder.
    """
    logits = decode(at_places(hidden, batch))  # (chosen, vocabulary)
    return functional.cross_entropy(logits.float(), batch["answers"])


def at_places(states: Tensor, batch: Tensors) -> Tensor:
    """The chosen tokens of (rows, tokens, hidden): (chosen, hidden)"""
    return states.flatten(0, 1)[batch["places"]]
