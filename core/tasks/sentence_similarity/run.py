"""sentence-similarity: the cosine of two texts' vectors."""

import numpy as np

from core.models.model import LoadedModel
from core.runtime.batch import Answered, Encoded
from core.tasks.feature_extraction.run import check_vector
from core.tasks.feature_extraction.run import forward as forward
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult


def encode(request: SentenceSimilarityRequest, model: LoadedModel) -> Encoded:
    """Two rows, one per text."""
    check_vector(request, model)
    (first, cut_first), (second, cut_second) = (model.tokenizer.encode(t) for t in (request.text_a, request.text_b))
    return Encoded((first, second), cut_first + cut_second)


def decode(answered: Answered[SentenceSimilarityRequest]) -> SentenceSimilarityResult:
    """The cosine, in [-1, 1]."""
    a, b = answered.outputs
    cosine = float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12)
    request = answered.request
    return SentenceSimilarityResult(request.text_a, request.text_b, float(np.clip(cosine, -1, 1)), answered.provenance)
