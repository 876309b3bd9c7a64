"""minilm-fill-mask-short: masked-language modelling on encyclopedia text, which gives the encoder its words back."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase

from core.training.batches import Tensors
from core.training.objectives.masked_lm import masked_lm_loss
from recipes.corpora import read_paragraphs, split_sentences
from recipes.recipe import Recipe

FILES = ("raw/wiki_core_0.txt.xz", "raw/wiki_core_1.txt.xz")
WINDOW = 64  # tokens, [CLS] and [SEP] included
MASK_RATE = 0.25  # of the word tokens; higher than BERT's 15 % because it learns more from each forward pass
RANDOM, KEEP = 0.05, 0.05  # shares of the chosen tokens that become a random piece or stay


class Windows:
    """Runs of whole sentences of up to 64 tokens, masked anew each time they are drawn (dynamic masking)."""

    def __init__(
        self, tokens: NDArray[np.uint16], lengths: NDArray[np.int64], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        self.tokens, self.lengths = tokens, lengths
        self.starts = np.concatenate([[0], np.cumsum(lengths)])
        self.cls, self.sep, self.mask = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.mask_token_id
        pieces = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
        # Punctuation is chosen four times less often than word pieces: it teaches little.
        self.weight = np.array([1.0 if p.lstrip("#").isalpha() else 0.25 for p in pieces])
        self.weight[[self.cls, self.sep, tokenizer.pad_token_id]] = 0

    def rows(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """The windows padded to the longest of them: (rows, tokens)"""
        ids = np.zeros((len(indices), int(self.lengths[indices].max())), dtype=np.int64)
        for row, i in enumerate(indices):
            ids[row, : self.lengths[i]] = self.tokens[self.starts[i] : self.starts[i + 1]]
        return ids

    def collate(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Tensors:
        ids = self.rows(indices)
        chosen = rng.random(ids.shape) < MASK_RATE * self.weight[ids]
        dice = rng.random(ids.shape)
        masked = np.where(chosen & (dice >= RANDOM + KEEP), self.mask, ids)
        masked = np.where(chosen & (dice < RANDOM), rng.integers(1000, len(self.weight), ids.shape), masked)
        return {
            "input_ids": torch.from_numpy(masked),
            "attention_mask": torch.from_numpy((ids != 0).astype(np.int64)),
            "places": torch.from_numpy(np.flatnonzero(chosen)),
            "answers": torch.from_numpy(ids[chosen]),
        }


def read_windows(data: Path, tokenizer: PreTrainedTokenizerBase, files: Sequence[str] = FILES) -> Windows:
    """Every paragraph of the files as runs of whole sentences; a sentence over 62 tokens is cut."""
    flat, lengths = array("H"), array("q")
    for paragraphs in batched((p for file in files for p in read_paragraphs(data / file)), 5000):
        sentences = [split_sentences(paragraph) for paragraph in paragraphs]
        encoded = iter(tokenizer([s for group in sentences for s in group], add_special_tokens=False)["input_ids"])
        for group in sentences:
            for window in join_sentences([next(encoded)[: WINDOW - 2] for _ in group]):
                flat.extend((tokenizer.cls_token_id, *window, tokenizer.sep_token_id))
                lengths.append(len(window) + 2)
    return Windows(np.array(flat, dtype=np.uint16), np.array(lengths, dtype=np.int64), tokenizer)


def join_sentences(sentences: list[list[int]]) -> Iterator[list[int]]:
    """Neighbouring sentences put together up to 62 tokens; leftovers under 6 tokens are dropped."""
    window: list[int] = []
    for ids in sentences:
        if window and len(window) + len(ids) > WINDOW - 2:
            yield window
            window = []
        window = window + ids
    if len(window) >= 6:
        yield window


def batched(paragraphs: Iterator[str], size: int) -> Iterator[list[str]]:
    """The paragraphs in lists of `size`."""
    while batch := list(islice(paragraphs, size)):
        yield batch


def loss(model: PreTrainedModel, batch: Tensors) -> torch.Tensor:
    """Cross-entropy at the chosen tokens; only they go through the vocabulary decoder."""
    hidden = model.bert(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    return masked_lm_loss(hidden, model.cls, batch)


RECIPE = Recipe(
    name="minilm-fill-mask-short",
    model_class=BertForMaskedLM,
    examples=read_windows,
    loss=loss,
    files=FILES,
    steps=3300,
    batch_tokens=4096,
    learning_rate=2e-3,
    rank=64,
    targets=r".*encoder\.layer\..*\.(query|key|value|dense)|.*predictions\.decoder",
    heads=("cls.predictions.transform",),
    dropout=0.0,
    extra={"rank_pattern": {"decoder": 32}, "alpha_pattern": {"decoder": 32}},
    history="For these weights, the windows of the first 900 steps were built by an earlier rule, and the schedule "
    "was shortened during training, so the decay began at step 2,280.",
    limits="English, uncased, trained on encyclopedia-style sentences in windows of up to 64 tokens.",
)
