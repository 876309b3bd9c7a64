"""feature-extraction: one vector per text, from any layer, with any pooling."""

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult, Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.text.phrases import quoted, shorten


def encode(request: FeatureExtractionRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    check_vector(request, model)
    encoding, unread = model.tokenizer.encode(request.text)
    return Encoded((encoding,), unread)


def check_vector(request: FeatureExtractionRequest | SentenceSimilarityRequest, model: LoadedModel) -> None:
    """Raises InputError for a pooling or a layer that does not exist."""
    check_pooling(request.pooling)
    last = model.config.num_hidden_layers
    if not -last - 1 <= request.layer <= last:
        raise InputError(
            f"There is no layer {shorten(request.layer)}.", f"Choose 0 (embeddings) to {last}, or -1 for the last."
        )


def check_pooling(pooling: str) -> None:
    """Raises InputError for a pooling that does not exist."""
    if pooling not in get_args(Pooling):
        known = ", ".join(get_args(Pooling))
        raise InputError(f"There is no pooling method called {quoted(pooling)}.", f"Choose one of {known}.")


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """One vector per row, of the layer and with the pooling that its request asks for; for requests of every layer
    all of them, (layers + 1, hidden)."""
    asked = [(row.request.pooling, None if wants_all(row.request) else row.request.layer) for row in batch.rows]
    inner = {layer for _, layer in asked} != {-1}
    output = model.plain_encoder(**batch.inputs, output_hidden_states=True) if inner else model.encoder(**batch.inputs)
    mask = batch.inputs["attention_mask"]
    vectors: list[NDArray[np.float32] | None] = [None] * len(batch.rows)
    for pooling, layer in set(asked):
        pooled = pool_layers(output, mask, pooling, layer).cpu().numpy()  # (rows, hidden) or (rows, layers + 1, hidden)
        for n, wanted in enumerate(asked):
            if wanted == (pooling, layer):
                vectors[n] = pooled[n].copy()  # a view would keep the whole batch in memory
    return [v for v in vectors if v is not None]


def wants_all(request: FeatureExtractionRequest | SentenceSimilarityRequest) -> bool:
    """Whether every layer is asked for."""
    return isinstance(request, FeatureExtractionRequest) and request.every_layer


def pool_layers(output: Any, mask: torch.Tensor, pooling: Pooling, layer: int | None) -> torch.Tensor:
    """The vectors of one layer, (rows, hidden), or of all for None, (rows, layers + 1, hidden)."""
    if layer == -1:
        return pool(output.last_hidden_state, mask, pooling)
    if layer is not None:
        return pool(output.hidden_states[layer], mask, pooling)
    states = (*output.hidden_states[:-1], output.last_hidden_state)
    return torch.stack([pool(state, mask, pooling) for state in states], 1)


def pool(hidden: torch.Tensor, mask: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """(rows, tokens, hidden) -> (rows, hidden), float32, padding left out."""
    if pooling == "cls":
        return hidden[:, 0].float()
    weights = mask.unsqueeze(-1)  # (rows, tokens, 1)
    if pooling == "max":
        return hidden.float().masked_fill(weights == 0, -torch.inf).amax(1)
    summed = torch.bmm(mask.unsqueeze(1).to(hidden.dtype), hidden).squeeze(1).float()  # (rows, hidden)
    return summed / weights.sum(1)


def decode(answered: Answered[FeatureExtractionRequest]) -> FeatureExtractionResult:
    """The vector, or those of all layers, brought to length one if asked."""
    found, request = answered.outputs[0], answered.request
    if request.normalize:
        found = found / np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), 1e-12)
    if not request.every_layer:
        return FeatureExtractionResult(request.text, found, answered.provenance)
    return FeatureExtractionResult(request.text, found[request.layer].copy(), answered.provenance, found)
