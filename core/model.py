"""A model in memory: what tells it apart, and what tasks may ask of it."""

from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import PreTrainedModel

from core.architecture import vocabulary_head
from core.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.tokenization import Tokenizer


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
    plain_encoder: PreTrainedModel  # the encoder as transformers has it: gives inner layers and attention weights

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

    def states_for_words(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """What `predict_tokens` reads, (rows, tokens, hidden): the encoder's last states, or its own decoder's."""
        if isinstance(self.model, DebertaV2ForEnhancedMaskedLM):
            return self.model.decode(inputs["input_ids"], inputs["attention_mask"])
        return cast(torch.Tensor, self.encoder(**inputs).last_hidden_state)

    def predict_tokens(self, hidden: torch.Tensor) -> torch.Tensor:
        """Vocabulary logits of hidden states: (positions, hidden) -> (positions, vocabulary)."""
        return vocabulary_head(self.model)(hidden)

    def storages(self) -> dict[int, int]:
        """Bytes of each distinct storage by its address; models that share weights share addresses."""
        tensors = (*self.model.parameters(), *self.model.buffers())
        return {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
