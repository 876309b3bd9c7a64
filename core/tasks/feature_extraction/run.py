"""feature-extraction: one vector per text, from any layer, with any pooling."""

from collections.abc import Sequence
from typing import get_args

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
    """One vector per row, of the layer and with the pooling that its request asks for."""
    asked = [(row.request.pooling, row.request.layer) for row in batch.rows]
    inner = {layer for _, layer in asked} != {-1}
    output = model.plain_encoder(**batch.inputs, output_hidden_states=True) if inner else model.encoder(**batch.inputs)
    mask = batch.inputs["attention_mask"]
    vectors: list[NDArray[np.float32] | None] = [None] * len(batch.rows)
    for pooling, layer in set(asked):
        hidden = output.last_hidden_state if layer == -1 else output.hidden_states[layer]  # (rows, tokens, hidden)
        pooled = pool(hidden, mask, pooling).cpu().numpy()  # (rows, hidden)
        for n, wanted in enumerate(asked):
            if wanted == (pooling, layer):
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
    vector, request = answered.outputs[0], answered.request
    if request.normalize:
        vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return FeatureExtractionResult(request.text, vector, answered.provenance)
