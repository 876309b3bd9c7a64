"""next-sentence-prediction: does one text follow another, as BERT learned it beside the hidden words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.next_sentence_prediction.schema import LABELS, NextSentencePredictionRequest
from core.tasks.text_classification.run import rank
from core.tasks.text_classification.schema import TextClassificationResult


def encode(request: NextSentencePredictionRequest, model: LoadedModel) -> Encoded:
    """One row for the pair; what is over the context length is cut and reported."""
    encoding, unread = model.tokenizer.encode(request.text_a, request.text_b)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """Logits of the two classes of each row, (2,), from the pooled state of its first token."""
    whole: Any = model.model
    first = torch.zeros_like(batch.inputs["input_ids"], dtype=torch.bool)
    first[:, 0] = True
    pooled = model.encoder(**batch.inputs, **model.reading(first)).pooler_output  # (rows, hidden)
    return list(whole.cls.seq_relationship(pooled).float().cpu().numpy())


def decode(answered: Answered[NextSentencePredictionRequest]) -> TextClassificationResult:
    """Both classes, the more probable first."""
    scores = softmax(answered.outputs[0].astype(np.float64))
    request = answered.request
    return TextClassificationResult(request.text_a, rank(LABELS, scores), answered.provenance, request.text_b)
