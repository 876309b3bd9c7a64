"""How far results agree: of several checkpoints on one request, or of one on two; one file per kind of result.

`COMPARISONS` lists the kinds; what a key of `odd` is, their files say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.agreement import answers, candidates, classes, entities, fills, heads, surprise, swaps, vectors
from core.agreement.basis import Agreement, Difference
from core.results import (
    AttentionResult,
    CandidateRankingResult,
    FeatureExtractionResult,
    FillMaskResult,
    PseudoLikelihoodResult,
    QuestionAnsweringResult,
    ReplacedTokenDetectionResult,
    Result,
    SentenceSimilarityResult,
    TextClassificationResult,
    TokenClassificationResult,
    WordInContextResult,
)


def nothing(before: Result, after: Result) -> tuple[Difference, ...]:
    """No differences, for results that have no single scores."""
    return ()


@dataclass(frozen=True)
class Comparison:
    """What can be said of two or more results of a kind."""

    agreement: Callable[[Sequence[Any]], Agreement]
    change: Callable[[Any, Any], Agreement]
    differences: Callable[[Any, Any], tuple[Difference, ...]] = nothing


COMPARISONS: dict[type[Any], Comparison] = {
    FillMaskResult: Comparison(fills.agreement, fills.change, fills.differences),
    CandidateRankingResult: Comparison(candidates.agreement, candidates.change, candidates.differences),
    PseudoLikelihoodResult: Comparison(surprise.agreement, surprise.change, surprise.differences),
    ReplacedTokenDetectionResult: Comparison(swaps.agreement, swaps.change, swaps.differences),
    TokenClassificationResult: Comparison(entities.agreement, entities.change, entities.differences),
    QuestionAnsweringResult: Comparison(answers.agreement, answers.change, answers.differences),
    TextClassificationResult: Comparison(classes.agreement, classes.change, classes.differences),
    SentenceSimilarityResult: Comparison(vectors.of_cosines, vectors.change_of_cosine, vectors.differences_of_cosine),
    FeatureExtractionResult: Comparison(vectors.of_vectors, vectors.change_of_vector),
    WordInContextResult: Comparison(vectors.of_words, vectors.change_of_word),
    AttentionResult: Comparison(heads.agreement, heads.change),
}


def agreement(results: Sequence[Result]) -> Agreement:
    """How far two or more results of one request agree."""
    return COMPARISONS[type(results[0])].agreement(results)


def change(before: Result, after: Result) -> Agreement:
    """How a checkpoint's result changes with another request."""
    return COMPARISONS[type(before)].change(before, after)


def differences(before: Result, after: Result) -> tuple[Difference, ...]:
    """How two results score each fill, word, name, answer or class, the largest difference first."""
    return COMPARISONS[type(before)].differences(before, after)
