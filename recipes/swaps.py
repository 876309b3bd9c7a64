"""minilm-swaps: which word was swapped for another? ELECTRA's objective (arxiv.org/abs/2003.10555) on the encoder of
minilm-fill-mask, whose own guesses, as they were before, are most of the swaps.
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import (
    AutoConfig,
    BertForMaskedLM,
    ElectraConfig,
    ElectraForPreTraining,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.models.row_blocks import load_blocks
from core.training.batches import Tensors
from core.training.objectives.replaced_token import detection_loss, sample
from recipes.bases import base_folder
from recipes.fill_mask import Windows, read_windows
from recipes.recipe import Recipe

BASE = "minilm-fill-mask"
FILES = (
    "raw/wiki_core_0.txt.xz",
    *("raw/masc_open_anc.txt.xz", "nli/snli_mnli_train.jsonl.xz", "nli/rte_train.jsonl.xz") * 3,  # everyday language
)
RATE = 0.12  # of the words; fewer than ELECTRA's 15 %, since people swap one word of a sentence
ANY_WORD = 0.4  # share of the swaps drawn from all words, as someone does who tries to be noticed
TEMPERATURE = 1.5  # of the guesses: likely words fit too often


class Swaps(Windows):
    """Windows in which some whole words are hidden, each with the chance that decides what takes its place."""

    def __init__(
        self, tokens: NDArray[np.uint16], lengths: NDArray[np.int64], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        super().__init__(tokens, lengths, tokenizer)
        pieces = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
        self.continues = np.array([piece.startswith("##") for piece in pieces])
        self.words = np.array([piece.isalpha() for piece in pieces])
        often = np.bincount(tokens, minlength=len(pieces)) ** 0.5 * self.words
        self.often = np.cumsum(often / often.sum())

    def collate(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Tensors:
        """`drawn` holds a word of any kind where one takes the place, else 0."""
        ids = self.rows(indices)
        alone = self.words[ids] & ~np.roll(self.continues[ids], -1, axis=1)  # words of one piece
        chosen = alone & (rng.random(ids.shape) < RATE)
        drawn = np.searchsorted(self.often, rng.random(ids.shape)).clip(max=len(self.often) - 1)
        drawn = np.where(rng.random(ids.shape) < ANY_WORD, drawn, 0)
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy((ids != 0).astype(np.int64)),
            "hidden": torch.from_numpy(np.where(chosen, self.mask, ids)),
            "drawn": torch.from_numpy(drawn),
            "dice": torch.from_numpy(rng.random(ids.shape, dtype=np.float32)),
        }


def read_swaps(data: Path, tokenizer: PreTrainedTokenizerBase) -> Swaps:
    """The files as windows of whole sentences."""
    windows = read_windows(data, tokenizer, FILES)
    return Swaps(windows.tokens, windows.lengths, tokenizer)


@cache
def generator() -> BertForMaskedLM:
    """The encoder with its own head, as it was before this training."""
    folder = base_folder(BASE)
    model = BertForMaskedLM(AutoConfig.from_pretrained(folder))
    with torch.autocast("cpu", enabled=False):  # its files are float16
        load_blocks(model, folder)
    return model.eval().requires_grad_(False)


@torch.no_grad()
def swap(batch: Tensors) -> tuple[Tensor, Tensor]:
    """The rows with their swaps, and which tokens are not the true ones: both (rows, tokens)."""
    chosen = batch["hidden"] != batch["input_ids"]
    known = generator()
    hidden = known.bert(input_ids=batch["hidden"], attention_mask=batch["attention_mask"]).last_hidden_state[chosen]
    guesses = sample(known.cls(hidden).float() / TEMPERATURE, batch["dice"][chosen])
    drawn = batch["drawn"][chosen]
    ids = batch["input_ids"].clone()
    ids[chosen] = torch.where(drawn > 0, drawn, guesses)
    return ids, ids != batch["input_ids"]


def loss(model: PreTrainedModel, batch: Tensors) -> Tensor:
    """Binary cross-entropy of “swapped” at every token."""
    ids, swapped = swap(batch)
    scores = model(input_ids=ids, attention_mask=batch["attention_mask"]).logits  # (rows, tokens)
    real = batch["attention_mask"].bool()
    return detection_loss(scores[real], swapped[real])


def as_electra(config: PreTrainedConfig) -> ElectraConfig:
    """The same encoder by ELECTRA's name; the two differ only where embeddings are narrower than layers."""
    fields = {name: value for name, value in config.to_dict().items() if name not in ("model_type", "architectures")}
    return ElectraConfig(**fields, embedding_size=config.hidden_size)


RECIPE = Recipe(
    name="minilm-swaps",
    model_class=ElectraForPreTraining,
    configure=as_electra,
    examples=read_swaps,
    loss=loss,
    files=tuple(dict.fromkeys(FILES)),
    steps=1600,
    batch_tokens=2048,
    learning_rate=8e-4,
    rank=48,
    heads=("discriminator_predictions",),
    dropout=0.0,
    base=BASE,
    history="These weights first learned for the 1,600 steps of this recipe, while the encoder had read 697 million "
    "tokens. The steps and the curve given here are those that followed on the encoder as it is now, at 5e-4 and with "
    "seed 14.",
    limits="English, uncased, windows of up to 64 tokens. It was trained on words replaced by a network or at "
    "random, not on mistakes that people made.",
)
