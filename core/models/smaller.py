"""Smaller versions of a plain model: heads removed, upper layers dropped, products in 8-bit integers.

Each is a model of its own, which shares with the original all the weights that it keeps as they are.
"""

import copy
import warnings
from collections.abc import Collection, Sequence
from io import BytesIO
from operator import attrgetter
from typing import Any, cast

import torch
from torch import nn
from torch.ao.quantization import float_qparams_weight_only_qconfig, per_channel_dynamic_qconfig, quantize_dynamic
from transformers import PreTrainedModel

from core.errors import InputError
from core.models import part_names
from core.models.hooks import layers
from core.models.names import LAYERS, LayerNames

PER_LAYER = ("attention_window", "layer_types")  # fields of a configuration with a value for each layer
HEADS_SAID = "Choose a model of the family of BERT, RoBERTa, DistilBERT, ELECTRA or DeBERTa."


def view_of(model: PreTrainedModel) -> PreTrainedModel:
    """A second tree of modules over the same weights."""
    memo: dict[int, Any] = {id(t): t for t in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, memo)


def head_counts(model: PreTrainedModel) -> list[int]:
    """How many heads each layer has; InputError where the parts of a layer are not known by name."""
    names = names_of(model)
    return [int(attrgetter(names.heads)(layer)) for layer in layers(model)]


def names_of(model: PreTrainedModel) -> LayerNames:
    """What the parts of its layers are called."""
    kind = model.config.model_type
    if kind not in LAYERS:
        message = f"Heads of the architecture “{kind}” cannot be removed here: they are not in products of their own."
        raise InputError(message, HEADS_SAID)
    return LAYERS[kind]


@torch.no_grad()
def without_heads(model: PreTrainedModel, gone: Collection[tuple[int, int]]) -> PreTrainedModel:
    """The model without these (layer, head), both counted from 0: their rows of the query, key and value products and
    their columns of the product behind them are no longer there. Every layer must keep one."""
    names, smaller = names_of(model), view_of(model)
    for n, (layer, count) in enumerate(zip(layers(smaller), head_counts(model), strict=True)):
        kept = [head for head in range(count) if (n, head) not in gone]
        assert kept, f"layer {n} would have no heads"
        if len(kept) == count:
            continue
        size = attrgetter(names.projections[0])(layer).out_features // count
        places = torch.cat([torch.arange(head * size, (head + 1) * size) for head in kept])
        attention = attrgetter(names.heads.rpartition(".")[0])(layer)
        for product in (*names.projections, *of_positions(attention, names)):
            replace(layer, product, narrowed(attrgetter(product)(layer), places, rows=True))
        replace(layer, names.attention_output, narrowed(attrgetter(names.attention_output)(layer), places, rows=False))
        setattr(attention, names.heads.rpartition(".")[2], len(kept))
        if hasattr(attention, "all_head_size"):
            attention.all_head_size = len(places)
    return smaller


@torch.no_grad()
def with_silent_heads(model: PreTrainedModel, gone: Collection[tuple[int, int]]) -> PreTrainedModel:
    """The model at its full size that says what `without_heads` says: the product behind these heads takes nothing of
    them. Plain transformers loads it, but would not load matrices of other sizes."""
    names, silent = names_of(model), copy.deepcopy(model)
    for n, (layer, count) in enumerate(zip(layers(silent), head_counts(model), strict=True)):
        product = attrgetter(names.attention_output)(layer)
        size = product.in_features // count
        for head in (head for one, head in gone if one == n):
            product.weight[:, head * size : (head + 1) * size] = 0
    return silent


def of_positions(attention: Any, names: LayerNames) -> list[str]:
    """DeBERTa's products for relative positions, where it has its own: their names within a layer."""
    path = names.heads.rpartition(".")[0]
    return [f"{path}.{one}" for one in ("pos_query_proj", "pos_key_proj") if hasattr(attention, one)]


def narrowed(product: nn.Linear, places: torch.Tensor, *, rows: bool) -> nn.Linear:
    """The product with only these of its outputs (`rows` of its matrix), or of its inputs."""
    weight = (product.weight[places] if rows else product.weight[:, places]).contiguous()
    smaller = nn.Linear(weight.shape[1], weight.shape[0], bias=product.bias is not None, device="meta")
    smaller.weight = nn.Parameter(weight, requires_grad=False)
    if product.bias is not None:
        bias = product.bias[places].clone() if rows else product.bias
        smaller.bias = nn.Parameter(bias, requires_grad=False)
    return smaller


def replace(module: nn.Module, name: str, part: nn.Module) -> None:
    """Puts a part in the place of the one of that name, dots included."""
    parent, _, attribute = name.rpartition(".")
    setattr(module.get_submodule(parent), attribute, part)


def without_upper_layers(model: PreTrainedModel, dropped: int) -> PreTrainedModel:
    """The model without its last layers; the head reads the layer below them (Sajjad et al. 2020, arxiv.org/abs/
    2004.03844, found the upper layers the least missed after fine-tuning). InputError if none would be left."""
    count = len(layers(model))
    if not 0 <= dropped < count:
        has = "1 layer" if count == 1 else f"{count} layers"
        hint = {1: "Choose another method.", 2: "Drop 1."}.get(count, f"Drop from 1 to {count - 1}.")
        raise InputError(f"The model has {has}; without {dropped} of them none would be left.", hint)
    return with_layers(model, range(count - dropped))


def with_layers(model: PreTrainedModel, kept: Sequence[int]) -> PreTrainedModel:
    """The model with only these layers, counted from 0, in their order; ALBERT's one layer, which is applied again and
    again, is applied as often as there are layers kept."""
    smaller = view_of(model)
    config: Any = smaller.config  # one configuration for all of the tree
    for name in PER_LAYER:
        if isinstance(of_layers := getattr(config, name, None), list):
            setattr(config, name, [of_layers[layer] for layer in kept])
    config.num_hidden_layers = len(kept)
    if config.model_type != "albert":
        path = part_names.LAYERS.get(config.model_type, part_names.LAYER)
        stack = cast(nn.ModuleList, attrgetter(path)(smaller.base_model))
        replace(smaller.base_model, path, nn.ModuleList(stack[layer] for layer in kept))
    return smaller


def in_int8(model: PreTrainedModel) -> PreTrainedModel:
    """The model with the products of its layers and its word embeddings in 8-bit integers: the weights for good, one
    scale for each row of a matrix; what comes into a product each time anew, one scale for all of it (dynamic
    quantisation, pytorch.org/docs/stable/quantization.html)."""
    base = cast(PreTrainedModel, model.base_model)
    inside = {id(part) for layer in layers(model) for part in layer.modules()}
    words = base.get_input_embeddings()
    kinds: dict[str, Any] = {}
    for name, part in model.named_modules():
        if isinstance(part, nn.Linear) and id(part) in inside:
            kinds[name] = per_channel_dynamic_qconfig
        elif part is words:
            kinds[name] = float_qparams_weight_only_qconfig
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch wants its successor used, which is a package of its own
        smaller: PreTrainedModel = quantize_dynamic(model, kinds)
    return smaller


def stored_bytes(model: nn.Module) -> int:
    """How large the file with its weights is."""
    file = BytesIO()
    torch.save(model.state_dict(), file)
    return file.tell()
