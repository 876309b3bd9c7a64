"""What differs between the architectures of the family: classes, how they are built, vocabulary head, attention."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedConfig,
    PreTrainedModel,
)

AUTO_CLASSES = {
    "encoder": AutoModel,
    "masked-lm": AutoModelForMaskedLM,
    "token-classification": AutoModelForTokenClassification,
    "question-answering": AutoModelForQuestionAnswering,
    "sequence-classification": AutoModelForSequenceClassification,
    "replaced-token-detection": AutoModelForPreTraining,
}

ApplyHead = Callable[[torch.Tensor], torch.Tensor]


def auto_class(head: str, *, next_sentence: bool = False) -> Any:
    """The class of transformers for a head; of a masked language model with BERT's second head, one that has both."""
    return AutoModelForPreTraining if next_sentence else AUTO_CLASSES[head]


def settle(config: PreTrainedConfig) -> PreTrainedConfig:
    """The configuration as this engine builds it.

    DeBERTa's own vocabulary head instead of the one that transformers adds by default, which no checkpoint has trained;
    BigBird with every token seeing every other, as its sparse blocks give no attention weights for short texts.
    """
    if config.model_type in ("deberta", "deberta-v2"):
        config.legacy = False
    if config.model_type == "big_bird":
        config.attention_type = "original_full"
    return config


def context_length(config: PreTrainedConfig) -> int:
    """The most tokens that the position embeddings allow; RoBERTa's start behind the padding id."""
    positions = int(config.max_position_embeddings)
    shifted = config.model_type in ("roberta", "xlm-roberta", "longformer", "mpnet")
    return positions - int(config.pad_token_id) - 1 if shifted else positions


def vocabulary_head(model: PreTrainedModel) -> ApplyHead:
    """The layers between last hidden state and vocabulary logits: (positions, hidden) -> (positions, pieces)."""
    whole: Any = model
    match model.config.model_type:
        case "distilbert":
            return lambda hidden: whole.vocab_projector(
                whole.vocab_layer_norm(whole.activation(whole.vocab_transform(hidden)))
            )
        case "electra":
            return lambda hidden: whole.generator_lm_head(whole.generator_predictions(hidden))
        case "albert":
            return cast(ApplyHead, whole.predictions)
        case "modernbert":
            return lambda hidden: whole.decoder(whole.head(hidden))
        case "deberta" | "deberta-v2":
            return lambda hidden: whole.lm_predictions(hidden, whole.get_input_embeddings())
        case _:
            return cast(ApplyHead, whole.lm_head if hasattr(whole, "lm_head") else whole.cls.predictions)


def last_norm(encoder: PreTrainedModel) -> ApplyHead:
    """The norm behind the last layer of a network that norms before its layers; the hidden states of earlier layers
    have not been through it. Other networks norm within each layer; their states stay as they are."""
    whole: Any = encoder
    return cast(ApplyHead, whole.final_norm) if encoder.config.model_type == "modernbert" else lambda hidden: hidden


def square_attentions(encoder: PreTrainedModel, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Every weight of every head, (rows, layers, heads, query, key), each query's weights adding up to one."""
    attentions: Sequence[torch.Tensor] = encoder(**inputs, output_attentions=True).attentions
    layers = encoder.config.num_hidden_layers
    assert len(attentions) == layers, f"the model returned attention for {len(attentions)} of {layers} layers"
    stacked = torch.stack(tuple(attentions), 1).float()
    if encoder.config.model_type == "longformer":
        stacked = unroll_bands(stacked, inputs["attention_mask"])
    if encoder.config.model_type == "squeezebert":
        stacked = stacked.softmax(-1)  # what it calls its attentions are the scores before the softmax, already masked
    return stacked / stacked.sum(-1, keepdim=True)  # undoes the rounding of sums in bfloat16


def unroll_bands(bands: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Longformer's (rows, layers, heads, query, window + 1), centred on the query, as (…, query, key).

    Padding, whose weights are zero, is given weight on itself, so that its rows can be normed like any other.
    """
    tokens, width = bands.shape[3], bands.shape[4]
    keys = torch.arange(tokens, device=bands.device)[:, None] + torch.arange(width, device=bands.device) - width // 2
    inside = (keys >= 0) & (keys < tokens)  # (query, window + 1)
    square = bands.new_zeros(*bands.shape[:4], tokens)
    values = bands * inside
    square.scatter_add_(-1, keys.clamp(0, tokens - 1).expand(bands.shape), values)
    return square + torch.diag_embed((mask == 0).to(square.dtype))[:, None, None]


HEADS_OF_PRETRAINING = {  # what names of weights begin with -> the head they belong to
    "cls.predictions": "masked-lm",
    "lm_head": "masked-lm",
    "lm_predictions": "masked-lm",
    "enhanced_mask_decoder": "masked-lm",
    "vocab_": "masked-lm",
    "generator_": "masked-lm",
    "discriminator_predictions": "replaced-token-detection",
    "cls.seq_relationship": "next-sentence",
}


def left_out(name: str, head: str, *, adapted: bool, next_sentence: bool = False) -> bool:
    """Whether a weight of a pretrained checkpoint has no place under `head`: another head's, or the pooler.

    An adapter for whole texts brings a pooler of its own; BERT's head for the next sentence reads that of its encoder.
    """
    owner = next((one for start, one in HEADS_OF_PRETRAINING.items() if name.startswith(start)), None)
    kept = (None, head, "next-sentence") if next_sentence else (None, head)
    pools = next_sentence or (not adapted and head in ("encoder", "sequence-classification"))
    return owner not in kept or ("pooler." in name and not pools)


def without_pooler(head: str, missing: set[str]) -> set[str]:
    """The missing weights that matter: the encoder alone is used without its pooler."""
    return {name for name in missing if head != "encoder" or "pooler" not in name}
