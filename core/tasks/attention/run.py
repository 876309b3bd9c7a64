"""attention: every weight of every head of every layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.models.architecture import square_attentions
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.attention.parts import select
from core.tasks.attention.schema import AttentionRequest, AttentionResult


@dataclass(frozen=True)
class Measured:
    """What AttentionResult has of one row."""

    attentions: NDArray[np.float16]
    mean_distance: NDArray[np.float32]
    on_first_token: NDArray[np.float32]


def encode(request: AttentionRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    tokenizer = model.tokenizer
    encoding, unread = tokenizer.encode(request.text, request.text_pair)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[Measured]:
    """Attention of each row, (layers, heads, query, key), with what is told of every head."""
    weights = square_attentions(model.plain_encoder, batch.inputs)
    lengths = [len(row.encoding) for row in batch.rows]
    return [measure(weights[n, :, :, :length, :length]) for n, length in enumerate(lengths)]


def measure(weights: torch.Tensor) -> Measured:
    """The weights of one row, (layers, heads, query, key), with the means over the queries."""
    tokens = weights.shape[-1]
    places = torch.arange(tokens, device=weights.device)
    distance = (places[:, None] - places).abs().to(weights.dtype)  # (query, key)
    far = weights.flatten(2) @ distance.flatten() / tokens  # (layers, heads)
    first = weights[..., 0].mean(-1)
    return Measured(weights.half().cpu().numpy().copy(), far.cpu().numpy(), first.cpu().numpy())


def decode(answered: Answered[AttentionRequest]) -> AttentionResult:
    """The weights that were asked for, with the tokens they stand between."""
    encoding, found = answered.encoded.encodings[0], answered.outputs[0]
    tokenizer = answered.model.tokenizer
    tokens, labels = tokenizer.tokens(encoding.ids), tokenizer.labels(encoding)
    every = AttentionResult(tokens, labels, encoding.offsets, **vars(found), provenance=answered.provenance)
    return select(every, answered.request)
