"""attention: every weight of every head of every layer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.models.architecture import square_attentions
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.attention.schema import AttentionRequest, AttentionResult


def encode(request: AttentionRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    tokenizer = model.tokenizer
    encoding, unread = tokenizer.encode(request.text, request.text_pair)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float16]]:
    """Attention of each row, (layers, heads, query, key)."""
    weights = square_attentions(model.plain_encoder, batch.inputs).half().cpu().numpy()
    lengths = [len(row.encoding) for row in batch.rows]
    return [weights[n, :, :, :length, :length].copy() for n, length in enumerate(lengths)]


def decode(answered: Answered[AttentionRequest]) -> AttentionResult:
    """The weights with the tokens they stand between."""
    encoding = answered.encoded.encodings[0]
    tokenizer = answered.model.tokenizer
    tokens, labels = tokenizer.tokens(encoding.ids), tokenizer.labels(encoding)
    return AttentionResult(tokens, labels, encoding.offsets, answered.outputs[0], answered.provenance)
