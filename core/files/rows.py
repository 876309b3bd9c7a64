"""Results as flat rows, ready for a spreadsheet: many rows per result, or one row that sums it up."""

from functools import singledispatch
from math import exp
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
    ReplacedTokenDetectionResult,
    Result,
    SentenceSimilarityResult,
    TextClassificationResult,
    TokenClassificationResult,
    WordInContextResult,
)
from core.vectors.similarity import (
    ComparedTexts,
    JudgedPair,
    Ranking,
    SimilarityResult,
    TextMap,
    TextPairs,
    WordPlaces,
)

Row = dict[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def safe_cell(value: Any) -> Any:
    """The value, a text that a spreadsheet would take for a formula with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


@singledispatch
def rows(result: Result | JointFillResult | SimilarityResult) -> list[Row]:
    """One row for each fill, candidate, piece, entity, answer, class, pair, text or link of `result`."""
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
def _(result: ReplacedTokenDetectionResult) -> list[Row]:
    return [
        {"start": one.start, "end": one.end, "text": one.text, "word": one.word, "score": one.score}
        for one in result.tokens
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
    return [*found, {"text": "", "start": "", "end": "", "score": result.no_answer_score}]


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
def _(result: JudgedPair) -> list[Row]:
    below = result.baseline.share_below(result.similarity)
    pair = {"text_a": result.text_a, "text_b": result.text_b, "similarity": result.similarity}
    return [pair | {"centred": result.baseline.centred, "share_of_unrelated_pairs_below": below}]


@rows.register
def _(result: Ranking) -> list[Row]:
    return [{"text": result.texts[hit.place], "similarity": hit.similarity} for hit in result.hits]


@rows.register
def _(result: ComparedTexts) -> list[Row]:
    return [
        {"text_a": a, "text_b": b, "similarity": float(value)}
        for a, values in zip(result.texts, result.similarities, strict=True)
        for b, value in zip(result.texts, values, strict=True)
    ]


@rows.register
def _(result: TextPairs) -> list[Row]:
    texts, numbers = result.texts, result.numbers
    return [
        {
            "row_a": numbers[pair.first],
            "row_b": numbers[pair.second],
            "similarity": pair.similarity,
            "text_a": texts[pair.first],
            "text_b": texts[pair.second],
        }
        for pair in result.pairs
    ]


@rows.register
def _(result: TextMap) -> list[Row]:
    places = zip(result.plane.places, result.plane.points, strict=True)
    return [{"text": result.texts[n], "x": float(x), "y": float(y)} for n, (x, y) in places]


@rows.register
def _(result: WordPlaces) -> list[Row]:
    count = range(len(result.texts))
    return [
        {"layer": layer, "text_a": result.texts[a], "text_b": result.texts[b], "similarity": float(values[a, b])}
        for layer, values in enumerate(result.similarities)
        for a in count
        for b in count[a + 1 :]
    ]


@rows.register
def _(result: WordInContextResult) -> list[Row]:
    return [
        {"layer": layer, "dimension": n, "value": float(value)}
        for layer, vector in enumerate(result.embeddings)
        for n, value in enumerate(vector)
    ]


@rows.register
def _(result: AttentionResult) -> list[Row]:
    """Each head's mean distance in tokens and mean weight on the first token; single weights are too many for rows."""
    count = len(result.tokens)
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count))).astype(np.float32)
    found: list[Row] = []
    for layer, heads in enumerate(result.attentions, 1):
        weights = heads.astype(np.float32)  # (heads, query, key)
        means = np.tensordot(weights, distance, 2) / count, weights[:, :, 0].mean(1)
        for head, (far, first) in enumerate(zip(*means, strict=True), 1):
            found.append({"layer": layer, "head": head, "mean_distance": float(far), "on_first_token": float(first)})
    return found


@singledispatch
def summary(result: Result) -> Row:
    """The one row that says what came out, for files with a row a request."""
    raise NotImplementedError(type(result).__name__)


@summary.register
def _(result: FillMaskResult) -> Row:
    best = [mask.fills[0] for mask in result.masks]
    others = [" ".join(f"{fill.text} {fill.score:.4f}" for fill in mask.fills) for mask in result.masks]
    scores = [fill.score for fill in best]
    return {"fill": " | ".join(fill.text for fill in best), "score": min(scores), "fills": " | ".join(others)}


@summary.register
def _(result: CandidateRankingResult) -> Row:
    shares = {f"score_{one.text}": one.score for one in result.candidates}
    return {"best": result.candidates[0].text, "score": result.candidates[0].score, **shares}


@summary.register
def _(result: PseudoLikelihoodResult) -> Row:
    count = len(result.pieces)
    least = min(result.pieces, key=lambda piece: piece.log_probability)
    return {
        "pieces": count,
        "log_likelihood": result.log_likelihood,
        "perplexity": exp(-result.log_likelihood / max(1, count)),
        "least_expected": result.text[least.start : least.end],
    }


@summary.register
def _(result: ReplacedTokenDetectionResult) -> Row:
    most = result.most_suspicious
    row: Row = {"most_suspicious": most.text, "score": most.score} if most else {"most_suspicious": "", "score": 0.0}
    return {"swapped": "; ".join(word.text for word in result.suspects)} | row


@summary.register
def _(result: TokenClassificationResult) -> Row:
    names = "; ".join(f"{e.entity_group} {e.text}" for e in result.entities)
    return {"names": len(result.entities), "entities": names}


@summary.register
def _(result: QuestionAnsweringResult) -> Row:
    best = result.best
    row: Row = {"answer": best.text, "start": best.start, "end": best.end} if best else {"answer": ""}
    score = best.score if best else result.no_answer_score
    return row | {"score": score, "no_answer_score": result.no_answer_score, "margin": result.margin}


@summary.register
def _(result: SentenceSimilarityResult) -> Row:
    return {"similarity": result.similarity}


@summary.register
def _(result: TextClassificationResult) -> Row:
    best = result.labels[0]
    scores = {f"score_{one.label}": one.score for one in sorted(result.labels, key=lambda one: one.label)}
    return {"label": best.label, "score": best.score, **scores}


@summary.register
def _(result: FeatureExtractionResult) -> Row:
    return {f"d{n}": round(float(value), 6) for n, value in enumerate(result.embedding)}


@summary.register
def _(result: WordInContextResult) -> Row:
    vector = {f"d{n}": round(float(value), 6) for n, value in enumerate(result.embeddings[-1])}
    return {"word": result.word, "start": result.start, "end": result.end, **vector}


@summary.register
def _(result: AttentionResult) -> Row:
    """Of all heads the one that looks farthest and the one that rests most on the first token."""
    heads = rows(result)
    far, first = (max(heads, key=lambda head: head[name]) for name in ("mean_distance", "on_first_token"))
    return {
        "tokens": len(result.tokens),
        "farthest_head": f"{far['layer']}.{far['head']}",
        "mean_distance": far["mean_distance"],
        "first_token_head": f"{first['layer']}.{first['head']}",
        "on_first_token": first["on_first_token"],
    }
