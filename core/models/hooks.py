"""Looking into the plain layers of a model, or silencing parts of them, for the length of a block.

All work on `LoadedModel.plain` only: the fused layers never call these modules. They change the modules themselves, so
only the one thread that runs forward passes may use them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from operator import attrgetter
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel

from core.models.part_names import FEED_FORWARD, FEED_FORWARDS, JOIN, JOINS


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
    name = JOINS.get(model.config.model_type, JOIN)
    return [cast(nn.Module, attrgetter(name)(layer)) for layer in layers(model)]


def feed_forwards(model: PreTrainedModel) -> list[nn.Module]:
    """Of each layer the product whose output its feed-forward part adds to the vectors of the tokens."""
    name = FEED_FORWARDS.get(model.config.model_type, FEED_FORWARD)
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


@contextmanager
def silence_feed_forwards(model: PreTrainedModel, kept: torch.Tensor) -> Iterator[None]:
    """Multiplies what the feed-forward part of each layer adds by its number in `kept`, (rows, layers): with 0 the
    layer gives on what its heads made. The rows are those of the batch that runs within the block."""

    def weigh_output(kept: torch.Tensor, module: nn.Module, arguments: Any, output: torch.Tensor) -> torch.Tensor:
        return output * kept[:, None, None].to(output.dtype)

    with in_turn(feed_forwards(model), kept, weigh_output):
        yield


@contextmanager
def skip(model: PreTrainedModel, kept: torch.Tensor) -> Iterator[None]:
    """Leaves out each layer whose number in `kept`, (rows, layers), is 0: its input is its output. A number between
    mixes both. The rows are those of the batch that runs within the block."""

    def mix(kept: torch.Tensor, module: nn.Module, arguments: Any, named: Any, output: Any) -> Any:
        changed = output[0] if isinstance(output, tuple) else output
        states = named.get("query_states") if named.get("query_states") is not None else arguments[0]
        weights = kept[:, None, None].to(changed.dtype)
        mixed = changed * weights + states * (1 - weights)
        return (mixed, *output[1:]) if isinstance(output, tuple) else mixed

    if model.config.model_type == "squeezebert":  # whose layers are called past their hooks
        with _skip_squeezed(model, kept):
            yield
        return
    with in_turn(layers(model), kept, mix, with_kwargs=True):
        yield


@contextmanager
def _skip_squeezed(model: PreTrainedModel, kept: torch.Tensor) -> Iterator[None]:
    """The same for layers of SqueezeBERT: what goes into their attention takes the place of what they give."""
    with ExitStack() as stack:
        for layer, weights in zip(layers(model), kept.unbind(1), strict=True):
            taken: list[torch.Tensor] = []

            def remember(module: nn.Module, arguments: Any, taken: list[torch.Tensor] = taken) -> None:
                taken[:] = [arguments[0]]

            def mix(
                module: nn.Module, arguments: Any, output: Any, taken: Any = taken, kept: torch.Tensor = weights
            ) -> Any:
                each = kept[:, None, None].to(output.dtype)
                return output * each + taken[0] * (1 - each)

            within = cast(Any, layer)
            stack.enter_context(within.attention.register_forward_pre_hook(remember))
            stack.enter_context(within.output.register_forward_hook(mix))
        yield


@contextmanager
def in_turn(
    modules: Sequence[nn.Module], kept: torch.Tensor, change: Callable[..., Any], *, with_kwargs: bool = False
) -> Iterator[None]:
    """Calls `change(numbers of the layer (rows,), module, …)` on what each module gives; one that stands for several
    layers gets the numbers of the layer whose turn it is."""
    places: dict[nn.Module, list[int]] = {}
    for layer, module in enumerate(modules):
        places.setdefault(module, []).append(layer)
    with ExitStack() as stack:
        for module, of_module in places.items():
            turns = count()

            def hook(*call: Any, of_module: list[int] = of_module, turns: Iterator[int] = turns) -> Any:
                return change(kept[:, of_module[next(turns) % len(of_module)]], *call)

            stack.enter_context(module.register_forward_hook(hook, with_kwargs=with_kwargs))
        yield


@contextmanager
def replace_embeddings(model: PreTrainedModel, embeddings: torch.Tensor) -> Iterator[None]:
    """Puts `embeddings`, (rows, tokens, size), in the place of what the table of word embeddings gives within the
    block. Positions, segments and norm come behind it and stay what the ids say, which `inputs_embeds` does not
    promise (github.com/pytorch/captum/issues/624)."""

    def give(module: nn.Module, arguments: Any, output: torch.Tensor) -> torch.Tensor:
        return torch.cat([embeddings, output[:, embeddings.shape[1] :]], 1)  # Longformer adds padding

    with model.get_input_embeddings().register_forward_hook(give):
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
