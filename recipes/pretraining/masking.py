"""Which tokens a model has to guess, and what stands in their place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

RATE = 0.15  # of the tokens that are not special
RANDOM, KEEP = 0.1, 0.1  # shares of the chosen tokens that become any piece or stay; the others become the mask


@dataclass(frozen=True)
class Masked:
    """Rows with some tokens hidden; `places` are those tokens, counted through all rows, `answers` what stood there."""

    ids: NDArray[np.int64]  # (rows, tokens)
    places: NDArray[np.int64]  # (chosen,)
    answers: NDArray[np.int64]  # (chosen,)


class Masking:
    """BERT's masking with the special tokens of a tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, random: float = RANDOM, keep: float = KEEP) -> None:
        self.mask, self.pieces = tokenizer.mask_token_id, len(tokenizer)
        self.random, self.keep = random, keep
        self.special = np.isin(np.arange(self.pieces), tokenizer.all_special_ids)

    def __call__(self, ids: NDArray[np.int64], rng: np.random.Generator) -> Masked:
        """15 % of the ordinary tokens of every row chosen, the same number in rows with as many special tokens."""
        special = self.special[ids]
        rank = np.where(special, 2.0, rng.random(ids.shape)).argsort(axis=1).argsort(axis=1)
        wanted = np.maximum(1, np.rint(RATE * (~special).sum(axis=1, keepdims=True)))
        places = np.flatnonzero(rank < wanted)
        answers = ids.reshape(-1)[places]
        dice = rng.random(len(places))
        shown = np.where(dice < self.random, rng.integers(self.special.sum(), self.pieces, len(places)), self.mask)
        shown = np.where((dice >= self.random) & (dice < self.random + self.keep), answers, shown)
        masked = ids.copy()
        masked.reshape(-1)[places] = shown
        return Masked(masked, places, answers)
