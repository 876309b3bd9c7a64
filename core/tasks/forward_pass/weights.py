"""The weights of a network as arrays, by the step that they make: what a step is recomputed with."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from core.models.model import LoadedModel
from core.models.names import HEADS, IN_ONE, PARTS, HeadNames, LayerNames
from core.tasks.forward_pass.by_hand import ACTIVATIONS, Norm, Numbers, Product, by_head, thirds
from core.tasks.forward_pass.steps import Distances, EmbeddingParts, HeadParts, LayerParts

OF_HEADS = ("query", "key", "value")


def steps_of(names: LayerNames) -> dict[str, str]:
    """The parts of a layer by the step that they give."""
    query, key, value = names.projections
    return {
        "query": query,
        "key": key,
        "value": value,
        "attention-output": names.attention_output,
        "attention-norm": names.attention_norm,
        "intermediate": names.intermediate,
        "neurons": names.activation,
        "output": names.output,
        "output-norm": names.output_norm,
    }


def activation_of(config: Any) -> str:
    """The name of what the neurons do to a number."""
    return str(config.activation if config.model_type == "distilbert" else config.hidden_act)


def names_of_head(model: LoadedModel) -> HeadNames | None:
    """What the parts of the head are called; None of an encoder."""
    return HEADS.get((model.config.model_type, model.key.head))


def find(model: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """The parts that the model has, under the same keys."""
    present = dict(model.named_modules())
    return {key: present[name] for key, name in names.items() if name in present}


def view(values: Any) -> Numbers:
    """A weight as an array, over the same memory where it can be."""
    found: Numbers = values.detach().float().cpu().numpy()
    return found


def product_of(module: Any) -> Product:
    """The weights of a linear layer, also of one whose low-rank part is kept apart."""
    weight = view(module.weight)
    if hasattr(module, "down"):
        weight = weight + view(module.up) @ view(module.down)
    bias = np.zeros(len(weight), dtype=np.float32) if module.bias is None else view(module.bias)
    return Product(weight, bias)


def norm_of(module: Any) -> Norm:
    """The weights of a layer normalisation."""
    eps = module.eps if hasattr(module, "eps") else module.variance_epsilon  # as the first DeBERTa's calls it
    return Norm(view(module.weight), view(module.bias), eps)


def embedding_parts(base: Any, projections: Mapping[str, Any]) -> EmbeddingParts:
    """The weights behind the sum of the embeddings."""
    first = "projected_first" in projections
    projection = next((product_of(module) for module in projections.values()), None)
    return EmbeddingParts(norm_of(base.embeddings.LayerNorm), projection, first)


def layer_parts(model: LoadedModel, layer: Any, longest: int) -> LayerParts:
    """The weights of a layer, for texts of at most so many tokens."""
    names = PARTS[model.config.model_type]
    modules = find(layer, steps_of(names))
    heads, in_one = attrgetter(names.heads)(layer), names.projections[0] == IN_ONE
    parts = products_in_one(layer, heads) if in_one else {one: product_of(modules[one]) for one in OF_HEADS}
    products = parts | {one: product_of(modules[one]) for one in ("intermediate", "output")}
    return LayerParts(
        heads,
        **products,
        attention_output=product_of(modules["attention-output"]),
        attention_norm=norm_of(modules["attention-norm"]),
        activation=ACTIVATIONS[activation_of(model.config)],
        output_norm=norm_of(modules["output-norm"]),
        distances=distances(model.plain_encoder, layer, products, heads, longest),
        in_one=in_one,
    )


def products_in_one(layer: Any, heads: int) -> dict[str, Product]:
    """Query, key and value of the first DeBERTa, which has them in one matrix, and nothing that is added to the key."""
    attention = layer.attention.self
    matrices = thirds(product_of(attention.in_proj).weight, heads)  # (3, heads · size, hidden)
    added = (view(attention.q_bias), np.zeros(matrices.shape[1], dtype=np.float32), view(attention.v_bias))
    return {name: Product(*one) for name, *one in zip(OF_HEADS, matrices, added, strict=True)}


def apart(given: Numbers, parts: LayerParts) -> dict[str, Numbers]:
    """What that matrix gave, (tokens, 3 · hidden), as query, key and value."""
    products = (parts.query, parts.key, parts.value)
    found = zip(OF_HEADS, thirds(given.T, parts.heads), products, strict=True)
    return {name: np.ascontiguousarray(values.T) + product.bias for name, values, product in found}


def distances(base: Any, layer: Any, products: Mapping[str, Product], heads: int, longest: int) -> Distances | None:
    """DeBERTa's vectors of distances as this layer sees them; None in other networks. A checkpoint may have products of
    their own for them, else they go through those of the tokens."""
    encoder: Any = getattr(base, "encoder", None)
    if not hasattr(encoder, "get_rel_embedding"):
        return None
    attention, vectors = layer.attention.self, view(encoder.get_rel_embedding())
    if hasattr(attention, "in_proj"):  # the first DeBERTa
        most = attention.max_relative_positions
        span, own = min(longest, most), {"key": "pos_proj", "query": "pos_q_proj"}
        vectors = vectors[most - span : most + span]
    else:
        span = attention.pos_ebd_size
        own = {} if attention.share_att_key else {"key": "pos_key_proj", "query": "pos_query_proj"}
        vectors = vectors[: 2 * span]

    def project(kind: str, name: str) -> Numbers | None:
        if kind not in attention.pos_att_type:
            return None
        product = product_of(getattr(attention, own[name])) if own else products[name]
        return by_head(product(vectors), heads)

    apart_by = encoder.get_rel_pos(encoder.rel_embeddings.weight.new_zeros(1, longest, 1))
    relative = apart_by[0].numpy()  # (query, key): how far left of the query the key is
    places = np.clip(np.stack([relative, -relative]) + span, 0, 2 * span - 1)
    return Distances(project("c2p", "key"), project("p2c", "query"), places)


def head_parts(model: LoadedModel) -> HeadParts | None:
    """The weights of the head."""
    names, config = names_of_head(model), model.config
    if names is None:
        return None
    modules = find(model.plain, {"dense": names.dense, "norm": names.norm, "product": names.product})
    if names.product:
        product = product_of(modules["product"])
    else:
        words: Any = model.plain.get_input_embeddings()
        product = Product(view(words.weight), view(attrgetter("lm_predictions.lm_head.bias")(model.plain)))
    dense = product_of(modules["dense"]) if names.dense else None
    norm = norm_of(modules["norm"]) if names.norm else None
    return HeadParts(dense, ACTIVATIONS[getattr(config, names.activation or "", names.activation)], norm, product)
