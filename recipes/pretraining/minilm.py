"""minilm-words: every layer of the packaged sentence encoder, taught to guess hidden words."""

from collections.abc import Iterator
from pathlib import Path

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import BertForMaskedLM

from core.catalog import MODELS
from core.loader import merge
from recipes.loop import base_folder
from recipes.pretraining.masking import WholeWordMasking
from recipes.pretraining.text import FILES
from recipes.pretraining.variant import ATTENTION, SEED, Batch, Corpus, Variant, write_model

EVERYDAY = (
    "raw/masc_open_anc.txt.xz",
    "nli/snli_mnli_train.jsonl.xz",
    "nli/help_and_or_train.jsonl.xz",
    "nli/rte_train.jsonl.xz",
    "nli/breaking_nli_train.jsonl.xz",
)
OTHERS = tuple(file for file in FILES if file not in EVERYDAY)
ADAPTER = "minilm-fill-mask"  # its encoder and head are a better start than the encoder alone
MASKED = 0.22  # of the word pieces; more than BERT's 15 % because it learns more from each forward pass
TOKENS_AT_ONCE = 2048


class MiniLmWords(Variant):
    """Not from scratch: starts from the encoder with the adapter for hidden words merged in, its decoder tied."""

    name = "minilm-words"
    origin = "The packaged sentence encoder, all its weights trained on"
    tokenizer_kind = "minilm"
    files = (*OTHERS, *(f"raw/wiki_more_{n}.txt.xz" for n in range(4)), *EVERYDAY * 4)
    rows = 256
    learning_rate = 7e-4  # no other was tried
    point_every = 50
    decay = 0.6
    sentences_every = 3

    def __init__(self, corpus: Corpus, *, seed: int = SEED, base: Path | None = None) -> None:
        super().__init__(corpus, seed=seed, base=base)
        self.masking = WholeWordMasking(corpus.tokenizer, rate=MASKED, random=0.05, keep=0.05)

    def build(self) -> nn.Module:
        self.model = start()
        return self.model

    def parts(self, batch: Batch) -> Iterator[tuple[Batch, float]]:
        """Some rows at a time on a processor, where less memory is faster; all on a graphics card."""
        if batch["input_ids"].is_cuda:
            yield batch, 1.0
            return
        width = batch["input_ids"].shape[1]
        for ids in batch["input_ids"].split(max(1, TOKENS_AT_ONCE // width)):
            first = ids.storage_offset()
            inside = (batch["places"] >= first) & (batch["places"] < first + ids.numel())
            part = {"input_ids": ids, "places": batch["places"][inside] - first, "answers": batch["answers"][inside]}
            yield part, len(part["places"]) / len(batch["places"])

    def hidden(self, batch: Batch) -> Tensor:
        return self.model.bert.encoder(self.model.bert.embeddings(batch["input_ids"])).last_hidden_state

    def decode(self, hidden: Tensor) -> Tensor:
        return self.model.cls(hidden)

    def write(self, out: Path) -> list[Path]:
        return [write_model(self.model, self.corpus.tokenizer, out / self.name)]


def start() -> BertForMaskedLM:
    """The encoder with the adapter's changes and its head; the decoder is the word embeddings without the adapter's
    change, since weights of its own would make the model half as large again.
    """
    model = BertForMaskedLM.from_pretrained(
        base_folder("minilm"),
        dtype=torch.float32,
        attn_implementation=ATTENTION,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    merged = merge(PeftModel.from_pretrained(model, MODELS / ADAPTER).base_model.model)
    decoder = merged.cls.predictions.decoder
    merged.cls.predictions.decoder = nn.Linear(decoder.weight.shape[1], len(decoder.weight))
    merged.cls.predictions.bias = merged.cls.predictions.decoder.bias
    merged.tie_weights()
    return merged.requires_grad_(True)
