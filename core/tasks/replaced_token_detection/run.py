"""replaced-token-detection: of every piece how probable it is that it was swapped; long texts go in windows.

What ELECTRA's discriminator learned instead of filling gaps (Clark et al. 2020, arxiv.org/abs/2003.10555).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.replaced_token_detection.schema import (
    JudgedToken,
    ReplacedTokenDetectionRequest,
    ReplacedTokenDetectionResult,
)
from core.tasks.token_classification.run import in_windows, join_windows


def encode(request: ReplacedTokenDetectionRequest, model: LoadedModel) -> Encoded:
    """One row per window."""
    return in_windows(request.text, model.tokenizer)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """The probability of a swap at every position of each row, (tokens,)."""
    scores = model.model(**batch.inputs).logits.float().sigmoid().cpu().numpy()  # (rows, tokens)
    return [scores[n, : len(row.encoding)] for n, row in enumerate(batch.rows)]


def decode(answered: Answered[ReplacedTokenDetectionRequest]) -> ReplacedTokenDetectionResult:
    """The pieces in order, each with its probability."""
    text, plan = answered.request.text, answered.encoded.plan
    scores = join_windows(plan, answered).tolist()
    tokens = tuple(
        JudgedToken(start, end, text[start:end], word, score)
        for (start, end), word, score in zip(plan.pieces.offsets, plan.pieces.words, scores, strict=True)
    )
    return ReplacedTokenDetectionResult(text, tokens, answered.provenance)
