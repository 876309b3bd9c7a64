"""Any answer as code to copy: plain transformers and peft, nothing of this repository. Text only; no torch is loaded.

One file per task, each a template and the function that fills it; a new task is a file and its line here. What answers
several requests together has a function of its own, called NAME_snippet.
"""

from collections.abc import Callable
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.requests import (
    AttentionRequest,
    CandidateRankingRequest,
    FeatureExtractionRequest,
    FillMaskRequest,
    PseudoLikelihoodRequest,
    QuestionAnsweringRequest,
    ReplacedTokenDetectionRequest,
    Request,
    SentenceSimilarityRequest,
    TextClassificationRequest,
    TokenClassificationRequest,
    WordInContextRequest,
    ZeroShotClassificationRequest,
)
from core.snippets.attention import attention
from core.snippets.candidate_ranking import candidate_ranking
from core.snippets.fill_mask import fill_mask, joint_snippet
from core.snippets.pieces import pieces_snippet, vocabulary_snippet
from core.snippets.pseudo_likelihood import pseudo_likelihood
from core.snippets.question_answering import question_answering, questions_snippet
from core.snippets.replaced_token_detection import replaced_token_detection
from core.snippets.spaces import (
    Source,
    Space,
    duplicates_snippet,
    map_snippet,
    matrix_snippet,
    pair_snippet,
    ranking_snippet,
    search_snippet,
)
from core.snippets.text_classification import text_classification
from core.snippets.token_classification import joining_snippet, token_classification
from core.snippets.vectors import feature_extraction, sentence_similarity
from core.snippets.word_in_context import places_snippet, word_in_context
from core.snippets.zero_shot_classification import zero_shot_classification

__all__ = [
    "SNIPPETS",
    "Source",
    "Space",
    "duplicates_snippet",
    "joining_snippet",
    "joint_snippet",
    "map_snippet",
    "matrix_snippet",
    "pair_snippet",
    "pieces_snippet",
    "places_snippet",
    "questions_snippet",
    "ranking_snippet",
    "search_snippet",
    "snippet",
    "token_classification",
    "vocabulary_snippet",
]

SNIPPETS: dict[type[Request], Callable[[Checkpoint, Any], str]] = {
    FillMaskRequest: fill_mask,
    CandidateRankingRequest: candidate_ranking,
    PseudoLikelihoodRequest: pseudo_likelihood,
    ReplacedTokenDetectionRequest: replaced_token_detection,
    TokenClassificationRequest: token_classification,
    QuestionAnsweringRequest: question_answering,
    TextClassificationRequest: text_classification,
    ZeroShotClassificationRequest: zero_shot_classification,
    SentenceSimilarityRequest: sentence_similarity,
    FeatureExtractionRequest: feature_extraction,
    WordInContextRequest: word_in_context,
    AttentionRequest: attention,
}


def snippet(checkpoint: Checkpoint, request: Request) -> str:
    """A whole Python file that prints the answer to `request` as JSON when run in the folder of the playground.

    The JSON has the form of the task's rows, but for attention: the heaviest link of each head, as all are too many.
    """
    return SNIPPETS[type(request)](checkpoint, request)
