"""text-classification: the probability of each class of a text or of a pair of texts."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.text_classification.schema import LabelScore, TextClassificationRequest, TextClassificationResult


def encode(request: TextClassificationRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the context length is cut and reported."""
    tokenizer = model.tokenizer
    encoding, unread = tokenizer.encode(request.text, request.text_pair)
    return Encoded((encoding,), unread)


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """Class logits of each row, (labels,); BERT-shaped heads look at the first token alone."""
    first = torch.zeros_like(batch.inputs["input_ids"], dtype=torch.bool)
    first[:, 0] = True
    return list(model.model(**batch.inputs, **model.reading(first)).logits.float().cpu().numpy())


def decode(answered: Answered[TextClassificationRequest]) -> TextClassificationResult:
    """All classes, most probable first."""
    scores = softmax(answered.outputs[0].astype(np.float64))
    request, labels = answered.request, rank(answered.model.labels, scores)
    return TextClassificationResult(request.text, labels, answered.provenance, request.text_pair)


def rank(labels: Sequence[str], scores: Sequence[float] | NDArray[np.float64]) -> tuple[LabelScore, ...]:
    """Labels with their scores, highest first."""
    return tuple(sorted(map(LabelScore, labels, map(float, scores)), key=lambda label: -label.score))
