"""Facts of known checkpoints, computed from their configurations."""

from functools import lru_cache

import torch
from transformers import AutoConfig, PreTrainedModel

from core.checkpoints.known import Facts, KnownCheckpoint
from core.models.architecture import AUTO_CLASSES, context_length, settle

tie_weights = PreTrainedModel.tie_weights  # transformers takes it from the class while any thread loads a model


@lru_cache(maxsize=256)
def read_facts(known: KnownCheckpoint) -> Facts:
    """Builds the architecture without memory for its weights, and counts those; shared ones once."""
    config = settle(AutoConfig.for_model(**known.config))
    with torch.device("meta"):
        model = AUTO_CLASSES[known.head].from_config(config)
    tie_weights(model)
    return Facts(
        layers=config.num_hidden_layers,
        hidden_size=config.hidden_size,
        heads=config.num_attention_heads,
        context_length=context_length(config),
        vocabulary=config.vocab_size,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
    )
