"""How probable a checkpoint finds a whole text, by what its head was trained for; comparable within one checkpoint."""

import math
from collections.abc import Sequence

from core.engine import Engine
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest
from core.tasks.question_answering.schema import TINY
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest, ReplacedTokenDetectionResult
from recipes.predict import predict

DETECTION = "replaced-token-detection"  # the head and its task


def log_likelihoods(engine: Engine, checkpoint: str, texts: Sequence[str]) -> list[float]:
    """One natural logarithm per text: the sum over tokens, each predicted from the others; for a discriminator, the sum
    over tokens of the probability that none was replaced.
    """
    if is_discriminator(engine, checkpoint):
        results = predict(engine, DETECTION, checkpoint, [ReplacedTokenDetectionRequest(text) for text in texts])
        return [log_untouched(result) for result in results]
    requests = [PseudoLikelihoodRequest(text, top_k=1) for text in texts]
    return [result.log_likelihood for result in predict(engine, "pseudo-likelihood", checkpoint, requests)]


def is_discriminator(engine: Engine, checkpoint: str) -> bool:
    """Whether it says which tokens were replaced and guesses none."""
    return engine.catalog[checkpoint].head == DETECTION


def log_untouched(result: ReplacedTokenDetectionResult) -> float:
    """The natural logarithm of the probability that no token was replaced, each judged on its own."""
    return sum(math.log(max(1 - token.score, TINY)) for token in result.tokens)
