"""Results as flat rows, the way a spreadsheet wants them."""

from functools import singledispatch
from typing import Any

import numpy as np

from core.joint_fill import JointFillResult
from core.results import (
    AttentionResult,
    CandidateRankingResult,
    FeatureExtractionResult,
    FillMaskResult,
    PseudoLikelihoodResult,
    QuestionAnsweringResult,
    Result,
    SentenceSimilarityResult,
    TextClassificationResult,
    TokenClassificationResult,
)

Row = dict[str, Any]


@singledispatch
def rows(result: Result | JointFillResult) -> list[Row]:
    """One row for each fill, candidate, piece, entity, answer, class or link of `result`."""
    raise NotImplementedError(type(result).__name__)


@rows.register
def _(result: FillMaskResult) -> list[Row]:
    return [
        {"start": mask.start, "end": mask.end, "text": fill.text, "score": fill.score}
        for mask in result.masks
        for fill in mask.fills
    ]


@rows.register
def _(result: JointFillResult) -> list[Row]:
    return [{"words": " ".join(fill.words), "log_probability": fill.log_probability} for fill in result.fills]


@rows.register
def _(result: CandidateRankingResult) -> list[Row]:
    return [
        {"text": one.text, "pieces": len(one.pieces), "log_probability": one.log_probability, "score": one.score}
        for one in result.candidates
    ]


@rows.register
def _(result: PseudoLikelihoodResult) -> list[Row]:
    names = ("token", "start", "end", "word", "log_probability", "rank", "entropy")
    return [
        {name: getattr(piece, name) for name in names} | {"expected": piece.fills[0].text} for piece in result.pieces
    ]


@rows.register
def _(result: TokenClassificationResult) -> list[Row]:
    return [
        {"entity_group": e.entity_group, "start": e.start, "end": e.end, "text": e.text, "score": e.score}
        for e in result.entities
    ]


@rows.register
def _(result: QuestionAnsweringResult) -> list[Row]:
    found: list[Row] = [{"text": a.text, "start": a.start, "end": a.end, "score": a.score} for a in result.answers]
    return [*found, {"text": "", "score": result.no_answer_score}]


@rows.register
def _(result: SentenceSimilarityResult) -> list[Row]:
    return [{"text_a": result.text_a, "text_b": result.text_b, "similarity": result.similarity}]


@rows.register
def _(result: TextClassificationResult) -> list[Row]:
    return [{"label": one.label, "score": one.score} for one in result.labels]


@rows.register
def _(result: FeatureExtractionResult) -> list[Row]:
    return [{"dimension": n, "value": float(value)} for n, value in enumerate(result.embedding)]


@rows.register
def _(result: AttentionResult) -> list[Row]:
    """Each head's mean distance in tokens and mean weight on the first token; single weights are too many for rows."""
    count = len(result.tokens)
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    return [
        {
            "layer": layer,
            "head": head,
            "mean_distance": float((weights * distance).sum() / count),
            "on_first_token": float(weights[:, 0].mean()),
        }
        for layer, heads in enumerate(result.attentions.astype("float32"), 1)
        for head, weights in enumerate(heads, 1)
    ]
