"""Looking into the plain layers of a model, or silencing its heads, for the length of a block.

Both work on `LoadedModel.plain` only: the fused layers never call these modules. They change the modules themselves, so
only the one thread that runs forward passes may use them.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from operator import attrgetter
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel

JOINS = {  # what a layer calls the product that takes the vectors of its heads, where it is not BERT's name
    "albert": "attention.dense",
    "distilbert": "attention.out_lin",
    "modernbert": "attn.Wo",
    "mpnet": "attention.attn.o",
    "squeezebert": "post_attention.conv1d",
}


@dataclass(frozen=True)
class Call:
    """One call of a module: its positional arguments and what it gave."""

    arguments: tuple[Any, ...]
    output: Any


def layers(model: PreTrainedModel) -> list[nn.Module]:
    """The layers of a plain model in the order in which they are applied; ALBERT's one layer again and again."""
    base: Any = model.base_model
    match model.config.model_type:
        case "modernbert":
            return list(base.layers)
        case "distilbert":
            return list(base.transformer.layer)
        case "squeezebert":
            return list(base.encoder.layers)
        case "albert":
            times, groups = model.config.num_hidden_layers, base.encoder.albert_layer_groups
            return [groups[n * len(groups) // times].albert_layers[0] for n in range(times)]
        case _:
            return list(base.encoder.layer)


def head_joins(model: PreTrainedModel) -> list[nn.Module]:
    """Of each layer the product whose input are the vectors of the heads side by side, (rows, tokens, heads · size); of
    SqueezeBERT (rows, heads · size, tokens)."""
    name = JOINS.get(model.config.model_type, "attention.output.dense")
    return [cast(nn.Module, attrgetter(name)(layer)) for layer in layers(model)]


@contextmanager
def capture(modules: Sequence[nn.Module]) -> Iterator[list[Call]]:
    """The calls of these modules within the block, in the order in which they are made. SqueezeBERT's layers are none:
    transformers calls them by another way, past the hooks."""
    calls: list[Call] = []

    def remember(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
        calls.append(Call(arguments, output))

    with ExitStack() as stack:
        for module in dict.fromkeys(modules):
            stack.enter_context(module.register_forward_hook(remember))
        yield calls


@contextmanager
def silence(model: PreTrainedModel, kept: torch.Tensor) -> Iterator[None]:
    """Multiplies the vector of each head by its number in `kept`, (rows, layers, heads): 0 silences it, 1 leaves it.

    The rows are those of the batch that runs within the block. Michel et al. 2019, arxiv.org/abs/1905.10650, section 2.
    """
    joins = head_joins(model)
    places: dict[nn.Module, list[int]] = {}
    for layer, join in enumerate(joins):
        places.setdefault(join, []).append(layer)
    with ExitStack() as stack:
        for join, of_join in places.items():
            hook = partial(weigh, kept=kept, layers=of_join, calls=count())
            stack.enter_context(join.register_forward_pre_hook(hook))
        yield


def weigh(
    join: nn.Module,
    arguments: tuple[torch.Tensor, ...],
    *,
    kept: torch.Tensor,
    layers: Sequence[int],
    calls: Iterator[int],
) -> tuple[torch.Tensor, ...]:
    """The arguments of a join with its heads weighed: of the layer whose turn it is, where it stands for several."""
    joined, *others = arguments
    weights = kept[:, layers[next(calls) % len(layers)]]  # (rows, heads)
    axis = 1 if isinstance(join, nn.Conv1d) else -1
    size = joined.shape[axis] // weights.shape[-1]
    each = weights.repeat_interleave(size, -1).to(joined.dtype)  # (rows, heads · size)
    return joined * (each[:, :, None] if axis == 1 else each[:, None]), *others
