"""feature-extraction: one vector a text, from any layer, under any pooling."""

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.model import LoadedModel
from core.phrases import quoted, shorten
from core.requests import FeatureExtractionRequest, Pooling, SentenceSimilarityRequest
from core.results import FeatureExtractionResult
from core.task import Answered, Batch, Encoded, TaskSpec


def encode(request: FeatureExtractionRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    check_vector(request, model)
    encoding, truncated = model.tokenizer.encode(request.text)
    return Encoded((encoding,), truncated)


def check_vector(request: FeatureExtractionRequest | SentenceSimilarityRequest, model: LoadedModel) -> None:
    """Raises InputError for a pooling or a layer that does not exist."""
    if request.pooling not in get_args(Pooling):
        known = ", ".join(get_args(Pooling))
        raise InputError(f"There is no pooling {quoted(request.pooling)}.", f"Choose one of {known}.")
    last = model.config.num_hidden_layers
    if not -last - 1 <= request.layer <= last:
        raise InputError(
            f"There is no layer {shorten(request.layer)}.", f"Choose 0 (embeddings) to {last}, or -1 for the last."
        )


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """A vector a row, of the layer and under the pooling that the row's request asks for."""
    layers = {row.request.layer for row in batch.rows}
    inner = layers != {-1}
    output = model.plain_encoder(**batch.inputs, output_hidden_states=True) if inner else model.encoder(**batch.inputs)
    mask = batch.inputs["attention_mask"]
    vectors: list[NDArray[np.float32] | None] = [None] * len(batch.rows)
    for layer, pooling in {(row.request.layer, row.request.pooling) for row in batch.rows}:
        hidden = output.last_hidden_state if layer == -1 else output.hidden_states[layer]
        pooled = pool(hidden, mask, pooling).cpu().numpy()  # (rows, hidden)
        for n, row in enumerate(batch.rows):
            if (row.request.layer, row.request.pooling) == (layer, pooling):
                vectors[n] = pooled[n].copy()  # a view would keep the whole batch in memory
    return [v for v in vectors if v is not None]


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
    """The vector, brought to length one if asked."""
    vector = answered.outputs[0]
    if answered.request.normalize:
        vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return FeatureExtractionResult(answered.request.text, vector, answered.provenance)


def format(result: FeatureExtractionResult) -> dict[str, Any]:
    """{"embedding": [numbers]}"""
    return {"embedding": result.embedding.tolist()}


TASK = TaskSpec("feature-extraction", FeatureExtractionRequest, encode, forward, decode, format)
