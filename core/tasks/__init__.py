"""The tasks: the only table of them. A new task is a folder here and a line."""

from typing import Any

from core.errors import UnknownNameError
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.candidate_ranking.schema import CandidateRankingRequest, CandidateRankingResult
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest, ReplacedTokenDetectionResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.spec import TaskSpec
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import TokenClassificationRequest, TokenClassificationResult
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

TASKS: dict[str, TaskSpec] = {
    spec.name: spec
    for spec in (
        TaskSpec("fill-mask", FillMaskRequest, FillMaskResult),
        TaskSpec("candidate-ranking", CandidateRankingRequest, CandidateRankingResult),
        TaskSpec("pseudo-likelihood", PseudoLikelihoodRequest, PseudoLikelihoodResult, chunk=64),
        TaskSpec("replaced-token-detection", ReplacedTokenDetectionRequest, ReplacedTokenDetectionResult),
        TaskSpec("token-classification", TokenClassificationRequest, TokenClassificationResult),
        TaskSpec("question-answering", QuestionAnsweringRequest, QuestionAnsweringResult),
        TaskSpec("text-classification", TextClassificationRequest, TextClassificationResult),
        TaskSpec("zero-shot-classification", ZeroShotClassificationRequest, TextClassificationResult),
        TaskSpec("sentence-similarity", SentenceSimilarityRequest, SentenceSimilarityResult),
        TaskSpec("feature-extraction", FeatureExtractionRequest, FeatureExtractionResult),
        TaskSpec("word-in-context", WordInContextRequest, WordInContextResult, chunk=128),
        # weights grow with the square of the tokens: 38 MB for a text of 512
        TaskSpec("attention", AttentionRequest, AttentionResult, chunk=32, chunk_characters=2_000),
    )
}


def find_task(name: str) -> TaskSpec:
    """The task of that name; UnknownNameError lists the known ones."""
    if name not in TASKS:
        raise UnknownNameError("task", name, TASKS)
    return TASKS[name]


def task_of(value: Any) -> TaskSpec:
    """The task of a request or a result; of a result that several tasks give, the first of them."""
    return next(spec for spec in TASKS.values() if type(value) in (spec.request, spec.result))
