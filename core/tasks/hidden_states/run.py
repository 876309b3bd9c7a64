"""hidden-states: the vector of every token on every layer, or the neurons of one, from one pass."""

from collections.abc import Sequence
from typing import cast
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import PreTrainedModel

from core.errors import InputError
from core.models.hooks import capture, feed_forwards
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.feature_extraction.run import check_pooling, pool
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult
from core.tasks.spec import check_place

UNTRAINED: WeakKeyDictionary[PreTrainedModel, PreTrainedModel] = WeakKeyDictionary()  # at most one


def encode(request: HiddenStatesRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    for pooling in request.poolings:
        check_pooling(pooling)
    if request.neurons:
        check_place(request.neurons, "layer", model.config.num_hidden_layers)
    if request.neurons and request.poolings:
        raise InputError("Neurons are not pooled.", "Ask for the neurons of each token.")
    encoding, unread = model.tokenizer.encode(request.text, request.text_pair)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """The states of each row without its padding, (layers + 1, tokens, hidden), or (layers + 1, poolings, hidden)."""
    found: dict[int, NDArray[np.float32]] = {}
    kinds = [(row.request.untrained, row.request.neurons > 0) for row in batch.rows]
    for untrained, neurons in set(kinds):
        places = [n for n, kind in enumerate(kinds) if kind == (untrained, neurons)]
        inputs = {name: tensor[places] for name, tensor in batch.inputs.items()}
        encoder = untrained_encoder(model) if untrained else model.plain_encoder
        read = read_neurons if neurons else read_layers
        states = read(encoder, Batch([batch.rows[n] for n in places], inputs))
        found |= dict(zip(places, states, strict=True))
    return [found[n] for n in range(len(batch.rows))]


def read_layers(encoder: PreTrainedModel, batch: Batch) -> list[NDArray[np.float32]]:
    """The same for rows that all go through one network."""
    layers = encoder(**batch.inputs, output_hidden_states=True).hidden_states  # each (rows, tokens, hidden)
    mask = batch.inputs["attention_mask"]
    pooled = {
        pooling: torch.stack([pool(layer, mask, pooling) for layer in layers], 1).cpu().numpy()
        for pooling in {pooling for row in batch.rows for pooling in row.request.poolings}
    }  # each (rows, layers + 1, hidden)
    return [
        np.stack([pooled[pooling][n] for pooling in row.request.poolings], 1)
        if row.request.poolings
        else torch.stack([layer[n, : len(row.encoding)].float() for layer in layers]).cpu().numpy()
        for n, row in enumerate(batch.rows)
    ]


def read_neurons(encoder: PreTrainedModel, batch: Batch) -> list[NDArray[np.float32]]:
    """What goes into the last product of the feed-forward part of the layer that each row asks for, (1, tokens,
    neurons)."""
    products = feed_forwards(encoder)
    with capture(products) as calls:  # in the order of the layers
        encoder(**batch.inputs)
    found = []
    for n, row in enumerate(batch.rows):
        layer = row.request.neurons - 1
        inner = calls[layer].arguments[0][n]  # (tokens, neurons)
        inner = inner.T if isinstance(products[layer], nn.Conv1d) else inner
        found.append(inner[None, : len(row.encoding)].float().cpu().numpy())
    return found


def untrained_encoder(model: LoadedModel) -> PreTrainedModel:
    """A network of the same configuration with the weights that training would begin with, always the same ones. The
    last one is kept for as long as its model is loaded."""
    if model.plain not in UNTRAINED:
        UNTRAINED.clear()
        with torch.random.fork_rng(), torch.inference_mode(False):
            torch.manual_seed(0)
            fresh = type(model.plain_encoder)(model.plain_encoder.config)
        cast(nn.Module, fresh).to(device=model.key.device, dtype=model.key.dtype).eval().requires_grad_(False)
        UNTRAINED[model.plain] = fresh
    return UNTRAINED[model.plain]


def decode(answered: Answered[HiddenStatesRequest]) -> HiddenStatesResult:
    """The states with their tokens, or with the names of their poolings."""
    names, states = answered.request.poolings, answered.outputs[0]
    if names:
        return HiddenStatesResult(names, names, ((0, 0),) * len(names), states, answered.provenance)
    encoding, tokenizer = answered.encoded.encodings[0], answered.model.tokenizer
    tokens, labels = tokenizer.tokens(encoding.ids), tokenizer.labels(encoding)
    return HiddenStatesResult(tokens, labels, encoding.offsets, states, answered.provenance)
