"""An adapter folded into the weights that it adapts."""

from typing import Any, cast

import torch
from peft.tuners.lora import LoraLayer
from peft.utils import ModulesToSaveWrapper
from torch import nn
from transformers import PreTrainedModel


def embedding_weight(model: PreTrainedModel) -> nn.Parameter:
    """The word embeddings, (vocabulary, hidden)."""
    return cast(nn.Parameter, model.get_input_embeddings().weight)


def merge(model: PreTrainedModel) -> PreTrainedModel:
    """Folds LoRA into the weights it adapts and puts saved heads in place.

    A layer whose weight is the word embedding keeps its low-rank part beside it, so that the embedding stays shareable.
    """
    embedding = embedding_weight(model)
    for name, module in list(model.named_modules()):
        replacement: Any = None
        if isinstance(module, ModulesToSaveWrapper):
            replacement = module.modules_to_save["default"]
        elif isinstance(module, LoraLayer):
            replacement = module.get_base_layer()
            if replacement.weight is embedding:
                down, up = (cast(nn.Linear, m["default"]) for m in (module.lora_A, module.lora_B))
                replacement = LowRankLinear(replacement, down, up, module.scaling["default"])
            else:
                module.merge()
        if replacement is not None:
            parent, _, attribute = name.rpartition(".")
            setattr(model.get_submodule(parent), attribute, replacement)
    if hasattr(model, "peft_config"):
        del model.peft_config  # nothing of the adapter is left beside the weights
    return model


@torch.no_grad()
def untie(model: PreTrainedModel) -> PreTrainedModel:
    """The model with every low-rank part folded in, so that transformers knows all of its weights: a decoder of words
    that had one then has a matrix of its own beside the word embeddings."""
    for name, module in list(model.named_modules()):
        if isinstance(module, LowRankLinear):
            whole = nn.Linear(module.weight.shape[1], module.weight.shape[0])
            whole.weight.copy_(module.weight + module.up @ module.down)
            whole.bias.copy_(module.bias)
            parent, _, attribute = name.rpartition(".")
            setattr(model.get_submodule(parent), attribute, whole)
            model.config.tie_word_embeddings = False
    return model


class LowRankLinear(nn.Module):
    """x -> weight·x + bias + scaling·up·(down·x), with `weight` shared and the rest its own."""

    def __init__(self, base: nn.Linear, down: nn.Linear, up: nn.Linear, scaling: float) -> None:
        super().__init__()
        self.weight, self.bias = base.weight, base.bias
        self.down, self.up = down.weight, nn.Parameter(up.weight * scaling)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, in) -> (rows, out)"""
        low = nn.functional.linear(x, self.down)  # (rows, rank)
        return nn.functional.linear(x, self.weight, self.bias) + nn.functional.linear(low, self.up)
