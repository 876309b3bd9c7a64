"""The tasks: the only table of them. A new task is a folder here and a row."""

from typing import Any

from core.errors import UnknownNameError
from core.tasks.ablation.schema import AblationRequest, AblationResult
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.attribution.schema import AttributionRequest, AttributionResult
from core.tasks.candidate_ranking.schema import CandidateRankingRequest, CandidateRankingResult
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult
from core.tasks.logit_lens.schema import LogitLensRequest, LogitLensResult
from core.tasks.next_sentence_prediction.schema import NextSentencePredictionRequest
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest, ReplacedTokenDetectionResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.spec import TaskSpec
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import TokenClassificationRequest, TokenClassificationResult
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

NO_WORDS = "It has no trained head that predicts words."
TASKS: dict[str, TaskSpec] = {
    spec.name: spec
    for spec in (
        TaskSpec(
            "fill-mask",
            FillMaskRequest,
            FillMaskResult,
            title="Fill a mask",
            needs="masked-lm",
            lacking=NO_WORDS,
        ),
        TaskSpec(
            "candidate-ranking",
            CandidateRankingRequest,
            CandidateRankingResult,
            title="My own words",
            needs="masked-lm",
            lacking=NO_WORDS,
        ),
        TaskSpec(
            "pseudo-likelihood",
            PseudoLikelihoodRequest,
            PseudoLikelihoodResult,
            title="Every word",
            needs="masked-lm",
            lacking=NO_WORDS,
            chunk=64,
        ),
        TaskSpec(
            "replaced-token-detection",
            ReplacedTokenDetectionRequest,
            ReplacedTokenDetectionResult,
            title="Spot swaps",
            needs="replaced-token-detection",
            lacking="It was not trained to spot swapped words.",
        ),
        TaskSpec(
            "next-sentence-prediction",
            NextSentencePredictionRequest,
            TextClassificationResult,
            title="Next sentence",
            needs="next-sentence",
            lacking="It has no trained head that says whether one text follows another.",
        ),
        TaskSpec(
            "token-classification",
            TokenClassificationRequest,
            TokenClassificationResult,
            title="Entities",
            needs="token-classification",
            lacking="It was not trained to label words.",
        ),
        TaskSpec(
            "question-answering",
            QuestionAnsweringRequest,
            QuestionAnsweringResult,
            title="Questions",
            needs="question-answering",
            lacking="It was not trained to find answers.",
        ),
        TaskSpec(
            "text-classification",
            TextClassificationRequest,
            TextClassificationResult,
            title="Classify",
            needs="sequence-classification",
            lacking="It was not trained to classify texts.",
        ),
        TaskSpec(
            "zero-shot-classification",
            ZeroShotClassificationRequest,
            TextClassificationResult,
            title="My own labels",
            needs="inference",
            lacking="It was not trained to judge whether one sentence follows from another.",
        ),
        TaskSpec("feature-extraction", FeatureExtractionRequest, FeatureExtractionResult, title="Text vectors"),
        TaskSpec("sentence-similarity", SentenceSimilarityRequest, SentenceSimilarityResult, title="Similarity"),
        TaskSpec("word-in-context", WordInContextRequest, WordInContextResult, title="One word", chunk=128),
        # weights grow with the square of the tokens: 38 MB for a text of 512
        TaskSpec(
            "attention",
            AttentionRequest,
            AttentionResult,
            title="Attention",
            in_parts=True,
            chunk=32,
            chunk_characters=2_000,
        ),
        # 20 MB for a text of 512 tokens in 13 layers of 768 numbers
        TaskSpec(
            "hidden-states",
            HiddenStatesRequest,
            HiddenStatesResult,
            title="Hidden states",
            chunk=32,
            chunk_characters=2_000,
        ),
        # every layer of every token goes through the vocabulary head; in float32, as close ranks need
        TaskSpec(
            "logit-lens",
            LogitLensRequest,
            LogitLensResult,
            title="Lens",
            needs="masked-lm",
            lacking=NO_WORDS,
            gradients=True,
            chunk=32,
            chunk_characters=2_000,
        ),
        # a pass forward and back for each step
        TaskSpec(
            "attribution",
            AttributionRequest,
            AttributionResult,
            title="Word attribution",
            gradients=True,
            chunk=8,
            chunk_characters=2_000,
        ),
        # without gradients, but in float32, as the differences are small
        TaskSpec(
            "ablation",
            AblationRequest,
            AblationResult,
            title="Parts switched off",
            gradients=True,
            chunk=16,
            chunk_characters=4_000,
        ),
        # 40 MB for 64 tokens under twelve layers of twelve heads; float32, so that a check by hand means something
        TaskSpec(
            "forward-pass",
            ForwardPassRequest,
            ForwardPassResult,
            title="Step by step",
            gradients=True,
            in_parts=True,
            chunk=8,
            chunk_characters=2_000,
        ),
    )
}


def tasks_that_need(trained: str) -> tuple[str, ...]:
    """The tasks for a head or another thing that a checkpoint was trained for; “encoder” gives those of any."""
    return tuple(spec.name for spec in TASKS.values() if spec.needs == trained)


def find_task(name: str) -> TaskSpec:
    """The task of that name; UnknownNameError lists the known ones."""
    if name not in TASKS:
        raise UnknownNameError("task", name, TASKS)
    return TASKS[name]


def task_of(value: Any) -> TaskSpec:
    """The task of a request or a result; of a result that several tasks give, the first of them."""
    return next(spec for spec in TASKS.values() if type(value) in (spec.request, spec.result))
