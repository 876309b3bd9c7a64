"""DeBERTa with the decoder that it was pretrained with: absolute positions are added only at the end
(arxiv.org/abs/2006.03654, section 3.2). transformers has the model but not this decoder.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import DebertaV2Config, DebertaV2ForMaskedLM
from transformers.modeling_outputs import MaskedLMOutput

STEPS = 2  # applications of the last layer


class EnhancedMaskDecoder(nn.Module):
    """The decoder's only weights of its own: (positions, hidden). Its layers are the encoder's last one."""

    def __init__(self, config: DebertaV2Config) -> None:
        super().__init__()
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)

    def forward(self, hidden: Tensor) -> Tensor:
        """The embeddings of the first positions: (tokens, hidden) for hidden states (rows, tokens, hidden)."""
        return self.position_embeddings.weight[: hidden.shape[1]]


class DebertaV2ForEnhancedMaskedLM(DebertaV2ForMaskedLM):
    """A masked language model whose encoder knows relative positions only and whose decoder adds the absolute ones.

    The checkpoint's config.json has `"enhanced_mask_decoder": true` and `"legacy": false`.
    """

    def __init__(self, config: DebertaV2Config) -> None:
        assert not config.legacy, "the older head has its own decoder weights"
        super().__init__(config)
        self.enhanced_mask_decoder = EnhancedMaskDecoder(config)
        self.post_init()  # type: ignore[no-untyped-call]

    def decode(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """The decoder's hidden states, from which `predict` guesses words: (rows, tokens, hidden).

        Its queries are the states before the last layer plus the absolute positions, its keys and values those states.
        """
        encoder = self.deberta.encoder
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        hidden = self.deberta.embeddings(input_ids, mask=mask)  # (rows, tokens, hidden)
        shared = {
            "attention_mask": encoder.get_attention_mask(mask),
            "relative_pos": encoder.get_rel_pos(hidden),
            "rel_embeddings": encoder.get_rel_embedding(),
        }
        for layer in encoder.layer[:-1]:
            hidden, _ = layer(hidden, **shared)
        queries = hidden + self.enhanced_mask_decoder(hidden)
        for _ in range(STEPS):
            queries, _ = encoder.layer[-1](hidden, query_states=queries, **shared)
        return cast(Tensor, queries)

    def predict(self, hidden: Tensor) -> Tensor:
        """Vocabulary logits of the decoder's states: (..., hidden) -> (..., vocabulary)"""
        return cast(Tensor, self.lm_predictions(hidden, self.deberta.embeddings.word_embeddings))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> MaskedLMOutput | tuple[Any, ...]:
        """Logits (rows, tokens, vocabulary) of the decoder; hidden states and attentions are the plain encoder's."""
        logits = self.predict(self.decode(input_ids, attention_mask))
        output = MaskedLMOutput(logits=logits)
        if labels is not None:
            output.loss = functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten())
        if output_attentions or output_hidden_states:
            encoded = self.deberta(
                input_ids,
                attention_mask,
                output_attentions=output_attentions,
                output_hidden_states=output_hidden_states,
                return_dict=True,
            )
            output.hidden_states, output.attentions = encoded.hidden_states, encoded.attentions
        plain = not (self.config.return_dict if return_dict is None else return_dict)
        return output.to_tuple() if plain else output
