"""hidden-states: the vector of every token on every layer, from one pass."""

from collections.abc import Sequence
from typing import cast
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import PreTrainedModel

from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.feature_extraction.run import check_pooling, pool
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult

UNTRAINED: WeakKeyDictionary[PreTrainedModel, PreTrainedModel] = WeakKeyDictionary()  # at most one


def encode(request: HiddenStatesRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    for pooling in request.poolings:
        check_pooling(pooling)
    encoding, unread = model.tokenizer.encode(request.text, request.text_pair)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """The states of each row without its padding, (layers + 1, tokens, hidden), or (layers + 1, poolings, hidden)."""
    found: dict[int, NDArray[np.float32]] = {}
    for untrained in {row.request.untrained for row in batch.rows}:
        places = [n for n, row in enumerate(batch.rows) if row.request.untrained == untrained]
        inputs = {name: tensor[places] for name, tensor in batch.inputs.items()}
        encoder = untrained_encoder(model) if untrained else model.plain_encoder
        states = read_layers(encoder, Batch([batch.rows[n] for n in places], inputs))
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
