"""Examples of labelled text: token sequences with one label each, or one label per token."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BatchEncoding, PreTrainedTokenizerBase

from core.training.batches import Tensors

IGNORED = -100  # a position without a label


@dataclass(frozen=True)
class Example:
    """Ids with segment ids (none where the network knows no segments), and one label, or one per token."""

    ids: Sequence[int]
    type_ids: Sequence[int]
    labels: Sequence[int]


class Sequences:
    """Sequences that are padded to the longest of their batch; `labels` become (rows, labels)."""

    def __init__(self, sequences: Sequence[Example]) -> None:
        self.sequences = sequences
        self.lengths = np.array([len(s.ids) for s in sequences], dtype=np.int64)

    def collate(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Tensors:
        """The tensors of these sequences."""
        rows = [self.sequences[i] for i in indices]
        segments = {"token_type_ids": pad([r.type_ids for r in rows], 0)} if rows[0].type_ids else {}
        return segments | {
            "input_ids": pad([r.ids for r in rows], 0),
            "attention_mask": pad([[1] * len(r.ids) for r in rows], 0),
            "labels": pad([r.labels for r in rows], IGNORED),
        }


def room(tokenizer: PreTrainedTokenizerBase, longest: int) -> int:
    """Tokens of an example: `longest`, or fewer where the network has not so many positions."""
    return min(longest, tokenizer.model_max_length)


def segments(encoded: BatchEncoding) -> Sequence[Sequence[int]]:
    """The segment ids of each encoded text; empty ones where the network knows no segments."""
    return encoded.get("token_type_ids") or [()] * len(encoded["input_ids"])


def pad(rows: Sequence[Sequence[int]], filler: int) -> torch.Tensor:
    """(rows, longest)"""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])


def model_inputs(batch: Tensors) -> Tensors:
    """What goes into the model: the batch without its labels."""
    return {name: tensor for name, tensor in batch.items() if name != "labels"}
