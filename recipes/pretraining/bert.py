"""mini-bert: static masks and next-sentence prediction (arxiv.org/abs/1810.04805).

BERT's authors wrote their text ten times, with another mask each time, and read every copy four times (RoBERTa's
paper, arxiv.org/abs/1907.11692, 4.1).
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertConfig, BertForPreTraining

from core.training.batches import Tensors, on_device
from core.training.objectives.masked_lm import Masked
from core.training.objectives.next_sentence import PairWindows, next_sentence_loss
from core.training.save import save_model
from core.training.windows import TokenisedText
from recipes.pretraining.variant import ATTENTION, EVERY_NTH_STEP, SHAPE, WINDOW, Variant

PAIRS, SENTENCES, DEV_PAIRS = range(3)  # kinds of windows, each with numbers of its own
DEV_COUNT = 256
COPIES = 10  # of the text, with other masks and pairs


class MiniBert(Variant):
    """The mask of a window, and whether its second segment is from elsewhere, depend on its number and copy alone."""

    name = "mini-bert"

    def build(self) -> nn.Module:
        config = BertConfig(
            vocab_size=len(self.corpus.tokenizer),
            pad_token_id=self.corpus.tokenizer.pad_token_id,
            attn_implementation=ATTENTION,
            **SHAPE,
        )
        self.model = BertForPreTraining(config)
        embeddings, bert = self.model.bert.embeddings, self.model.bert
        self.start(
            embeddings.word_embeddings.weight,
            self.model.cls.predictions.bias,
            positions=embeddings.position_embeddings.weight,
            layers=bert.encoder.layer,
        )
        self.dev_pairs = self._pairs(self._dev_pair_windows(), DEV_PAIRS)
        return self.model

    def read_windows(self, text: TokenisedText) -> Any:
        return PairWindows(text, self.corpus.tokenizer, width=WINDOW)

    def batch(self, step: int) -> Tensors:
        if step % EVERY_NTH_STEP == EVERY_NTH_STEP - 1:
            rng = np.random.default_rng((self.seed, step))
            numbers, ids = self.sentences.draw(self.rows * WINDOW, rng)
            return self._static(ids, numbers, SENTENCES).tensors()
        return self._pairs((self.windows, self.order.numbers(step)), PAIRS, self.order.epoch(step) % COPIES)

    def hidden(self, batch: Tensors) -> Tensor:
        types = batch.get("token_type_ids", torch.zeros_like(batch["input_ids"]))
        return self.model.bert.encoder(self.model.bert.embeddings(batch["input_ids"], types)).last_hidden_state

    def decode(self, hidden: Tensor) -> Tensor:
        return self.model.cls.predictions(hidden)

    def loss(self, batch: Tensors) -> Tensor:
        """The mean cross-entropies of the chosen tokens and, where there are pairs, of the next sentence, added up."""
        hidden = self.hidden(batch)
        loss = self.guess_loss(hidden, batch)
        if "elsewhere" in batch:
            loss = loss + next_sentence_loss(self._next_sentence(hidden), batch["elsewhere"])
        return loss

    @torch.no_grad()
    def scores(self, device: torch.device) -> dict[str, float]:
        """With the share of held-out pairs that are judged right, some of their tokens masked as in training."""
        batch = on_device(self.dev_pairs, device)
        right = self._next_sentence(self.hidden(batch)).argmax(dim=-1) == batch["elsewhere"]
        return {**super().scores(device), "next_sentence_accuracy": round(float(right.float().mean()), 4)}

    def write(self, out: Path) -> list[Path]:
        return [save_model(self.model, self.corpus.tokenizer, out / self.name)]

    def _next_sentence(self, hidden: Tensor) -> Tensor:
        """Logits of “B follows A” and “B is from elsewhere”: (rows, 2)"""
        return self.model.cls.seq_relationship(self.model.bert.pooler(hidden))

    def _dev_pair_windows(self) -> tuple[PairWindows, NDArray[np.int64]]:
        windows = PairWindows(self.corpus.dev, self.corpus.tokenizer, width=WINDOW)
        return windows, np.linspace(0, windows.count - 1, min(DEV_COUNT, windows.count)).astype(np.int64)

    def _pairs(self, windows: tuple[PairWindows, NDArray[np.int64]], kind: int, copy: int = 0) -> Tensors:
        """Masked pairs with their segments and labels."""
        source, numbers = windows
        pairs = [source.pair(int(n), np.random.default_rng((self.seed, kind, 0, int(n), copy))) for n in numbers]
        masked = self._static(np.stack([pair.ids for pair in pairs]), numbers, kind, copy)
        segments, elsewhere = np.stack([p.segments for p in pairs]), np.array([p.elsewhere for p in pairs])
        return masked.tensors(token_type_ids=segments, elsewhere=elsewhere)

    def _static(self, ids: NDArray[np.int64], numbers: NDArray[np.int64], kind: int, copy: int = 0) -> Masked:
        """Each row masked by chance that depends on its number and its copy alone."""
        rows = [
            self.masking(row[None], np.random.default_rng((self.seed, kind, 1, int(n), copy)))
            for row, n in zip(ids, numbers, strict=True)
        ]
        places = [row.places + n * ids.shape[1] for n, row in enumerate(rows)]
        return Masked(
            np.concatenate([row.ids for row in rows]),
            np.concatenate(places),
            np.concatenate([row.answers for row in rows]),
        )
