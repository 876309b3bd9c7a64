"""A model in memory: what tells it apart, and what tasks may ask of it."""

from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import PreTrainedModel

from core.models.architecture import vocabulary_head
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.fused import is_fused
from core.models.tokenizer import Tokenizer


@dataclass(frozen=True)
class ModelKey:
    """What tells two loaded models apart."""

    checkpoint: str
    revision: str
    head: str
    dtype: torch.dtype
    device: torch.device


@dataclass
class LoadedModel:
    """A model under its key, with its tokenizer; never trained, never changed after loading."""

    key: ModelKey
    model: PreTrainedModel
    tokenizer: Tokenizer
    plain: PreTrainedModel  # the same weights, head included, in the layers that transformers has: to be looked into

    @property
    def config(self) -> Any:
        """The configuration of the model with its head."""
        return self.model.config

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return tuple(self.config.id2label[i] for i in range(self.config.num_labels))

    @property
    def encoder(self) -> PreTrainedModel:
        """The model without its head; fused where that is faster, so it gives the last hidden state only."""
        return cast(PreTrainedModel, self.model.base_model)

    @property
    def plain_encoder(self) -> PreTrainedModel:
        """The plain model without its head: gives inner layers and attention weights."""
        return cast(PreTrainedModel, self.plain.base_model)

    def states_for_words(
        self, inputs: dict[str, torch.Tensor], rows: torch.Tensor, columns: torch.Tensor
    ) -> torch.Tensor:
        """What `predict_tokens` reads at these places, (places, hidden): states of the encoder or of its decoder."""
        if isinstance(self.model, DebertaV2ForEnhancedMaskedLM):
            return self.model.decode(inputs["input_ids"], inputs["attention_mask"])[rows, columns]
        read = torch.zeros_like(inputs["input_ids"], dtype=torch.bool)
        read[rows, columns] = True
        return cast(torch.Tensor, self.encoder(**inputs, **self.reading(read)).last_hidden_state[rows, columns])

    def reading(self, read: torch.Tensor) -> dict[str, torch.Tensor]:
        """The argument that tells a fused encoder which of (rows, tokens) are looked at; none for a plain encoder."""
        return {"read": read} if is_fused(self.encoder) else {}

    def predict_tokens(self, hidden: torch.Tensor) -> torch.Tensor:
        """Vocabulary logits of hidden states: (positions, hidden) -> (positions, vocabulary)."""
        return vocabulary_head(self.model)(hidden)

    def storages(self) -> dict[int, int]:
        """Bytes of each distinct storage by its address; models that share weights share addresses."""
        tensors = (*self.model.parameters(), *self.model.buffers())
        return {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
