"""Attention as if it were an explanation: how much the place that decides looks at each word, in the last layer or
through all of them."""

from collections.abc import Callable

import numpy as np

from core.engine import Engine
from core.inspect.attention import HeadWeights
from core.inspect.attribution import Attribution, Word
from core.inspect.rollout import rollout
from core.inspect.subject import Subject, mask_of
from core.provenance import Provenance, total_cost
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.text.masks import MaskedText, place_masks
from core.text.spans import Span

SHARE = "share of attention"
AttentionReading = Callable[[Engine, str, str, str], tuple[AttentionResult, HeadWeights]]


def attended(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """The mean weight over the heads of the last layer, from the place that decides to each word, its pieces added up.

    The first token decides on a class, the gap on its word, the pieces of a name or an answer on these, and all tokens
    of its text on a cosine. The weights are never below zero: attention cannot say what speaks against an answer.
    """
    return by_attention(engine, checkpoint, subject, "attention", last_layer)


def rolled_out(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """The same through all layers, as rollout counts it: Abnar & Zuidema 2020, arxiv.org/abs/2005.00928."""
    return by_attention(engine, checkpoint, subject, "rollout", all_layers)


def by_attention(engine: Engine, checkpoint: str, subject: Subject, method: str, look: AttentionReading) -> Attribution:
    """What one way of reading attention says of each word."""
    first, second = subject.pair
    mask = mask_of(engine, checkpoint) if subject.task == "fill-mask" else ""
    turns = [(first, 0), (second, 1)] if subject.task == "sentence-similarity" else [(first, 0)]
    pair = second if subject.task in ("text-classification", "question-answering") else ""
    words: list[Word] = []
    costs: list[Provenance] = []
    for text, turn in turns:
        masked = place_masks(text, mask) if mask else MaskedText(text, (), ())
        result, weights = look(engine, checkpoint, masked.text, pair)
        costs.append(result.provenance)
        words += words_of(subject, result, weights, masked, turn)
    texts = {field: text for field, text in zip(subject.fields, subject.pair, strict=True) if text}
    shares = sum(word.effect for word in words)
    return Attribution(method, subject.name, shares, SHARE, texts, tuple(words), total_cost(costs))


def last_layer(engine: Engine, checkpoint: str, text: str, pair: str) -> tuple[AttentionResult, HeadWeights]:
    """The mean of the heads of the last layer, (query, key). A small overview has counted the layers first."""
    overview = ask(engine, checkpoint, AttentionRequest(text, pair, cells=1))
    layers, _ = overview.network
    result = ask(engine, checkpoint, AttentionRequest(text, pair, layer=layers))
    return result, result.attentions[0].mean(0, dtype=np.float32)


def all_layers(engine: Engine, checkpoint: str, text: str, pair: str) -> tuple[AttentionResult, HeadWeights]:
    """Attention rolled out from the top to the bottom, (query, key)."""
    result = ask(engine, checkpoint, AttentionRequest(text, pair))
    return result, rollout(result.attentions)


def ask(engine: Engine, checkpoint: str, request: AttentionRequest) -> AttentionResult:
    """The weights of one request."""
    (result,) = engine.run("attention", checkpoint, [request])
    assert isinstance(result, AttentionResult)
    return result


def words_of(
    subject: Subject, result: AttentionResult, looks: HeadWeights, masked: MaskedText, turn: int
) -> list[Word]:
    """Each word that may change with the weights of all pieces in it."""
    segments = segments_of(result.offsets)
    offsets = [
        (masked.original(start), masked.original(end)) if segment == 0 else (start, end)
        for segment, (start, end) in zip(segments, result.offsets, strict=True)
    ]
    weights = looks[deciding(subject, segments, offsets)].mean(0)  # (tokens,)
    found = []
    for place in subject.words:
        segment = subject.fields.index(place.field) - turn
        inside = [
            n
            for n, (start, end) in enumerate(offsets)
            if segments[n] == segment and start < place.end and end > place.start
        ]
        if segment >= 0 and (turn or segment == 0 or len(set(segments)) > 2):
            found.append(Word(place.field, place.start, place.end, float(weights[inside].sum())))
    return found


def deciding(subject: Subject, segments: list[int], offsets: list[Span]) -> list[int]:
    """The tokens from whose vectors the answer is read."""
    target = subject.target
    if subject.task == "sentence-similarity":
        return list(range(len(segments)))
    segment = 1 if subject.task == "question-answering" else 0
    inside = [
        n
        for n, (start, end) in enumerate(offsets)
        if segments[n] == segment and start < target.end and end > target.start
    ]
    return inside or [0]


def segments_of(offsets: tuple[Span, ...]) -> list[int]:
    """The text that each token is of, 0 or 1, -1 for special tokens, which have no characters."""
    found, text, inside = [], 0, False
    for start, end in offsets:
        special = start == end == 0
        if special and inside:
            text, inside = text + 1, False
        found.append(-1 if special else min(text, 1))
        inside = inside or not special
    return found
