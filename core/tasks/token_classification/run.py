"""token-classification: a label for every piece, joined to words and entities; long texts go in windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.models.encoding import Pieces
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.token_classification.schema import (
    AggregationStrategy,
    Entity,
    LabelledToken,
    TokenClassificationRequest,
    TokenClassificationResult,
)
from core.text.phrases import quoted
from core.text.spans import Span
from core.text.windows import Window, windows

OVERLAP = 64  # pieces that neighbouring windows share


@dataclass(frozen=True)
class CutText:
    """The pieces of the whole text and the windows they were cut into."""

    pieces: Pieces
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class LabelledSpan:
    """A piece, or a word, with its most probable label and the probability of it."""

    start: int
    end: int
    label: str
    score: float


def encode(request: TokenClassificationRequest, model: LoadedModel) -> Encoded:
    """One row per window."""
    if request.aggregation_strategy not in get_args(AggregationStrategy):
        known = ", ".join(get_args(AggregationStrategy))
        message = f"There is no aggregation strategy {quoted(request.aggregation_strategy)}."
        raise InputError(message, f"Choose one of {known}.")
    return in_windows(request.text, model.tokenizer)


def in_windows(text: str, tokenizer: Tokenizer) -> Encoded:
    """The whole text, one row per window."""
    pieces = tokenizer.pieces(text)
    cut = windows(len(pieces), tokenizer.room(), OVERLAP)
    return Encoded(tuple(tokenizer.join(pieces[w.start : w.end]) for w in cut), plan=CutText(pieces, cut))


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """Class probabilities of every position of each row, (tokens, labels)."""
    scores = model.model(**batch.inputs).logits.float().softmax(-1).cpu().numpy()
    return [scores[n, : len(row.encoding)] for n, row in enumerate(batch.rows)]


def decode(answered: Answered[TokenClassificationRequest]) -> TokenClassificationResult:
    """Each piece with its best label, and the entities they join to."""
    request, plan, labels = answered.request, answered.encoded.plan, answered.model.labels
    scores = join_windows(plan, answered)  # (pieces, labels)
    pieces = read_units(plan.pieces.offsets, scores, labels)
    names = answered.model.tokenizer.labels(plan.pieces)
    tokens = tuple(
        LabelledToken(name, unit.start, unit.end, unit.label, unit.score)
        for name, unit in zip(names, pieces, strict=True)
    )
    strategy = request.aggregation_strategy
    if strategy in ("none", "simple"):
        units = read_groups(plan.pieces, plan.pieces.units(), scores, "average", labels)
    else:
        units = read_groups(plan.pieces, plan.pieces.whole_words(), scores, strategy, labels)
    groups = [[unit] for unit in units if unit.label != "O"] if strategy == "none" else group_units(units)
    entities = tuple(join_entity(request, group) for group in groups)
    return TokenClassificationResult(request.text, entities, tokens, answered.provenance)


def join_windows(plan: CutText, answered: Answered[Any]) -> NDArray[np.float32]:
    """The kept part of every window, one after the other: (pieces, ...), whatever the outputs have for each token."""
    parts = []
    for window, encoding, scores in zip(plan.windows, answered.encoded.encodings, answered.outputs, strict=True):
        first = encoding.first_text - window.start
        parts.append(scores[first + window.keep_start : first + window.keep_end])
    return np.concatenate(parts)


def read_units(spans: Sequence[Span], scores: NDArray[np.float32], labels: Sequence[str]) -> list[LabelledSpan]:
    """One unit per span, from class probabilities of shape (spans, labels)."""
    best, probability = scores.argmax(1).tolist(), scores.max(1).tolist()
    return [
        LabelledSpan(start, end, labels[label], score)
        for (start, end), label, score in zip(spans, best, probability, strict=True)
    ]


def read_groups(
    pieces: Pieces,
    groups: Sequence[range],
    scores: NDArray[np.float32],
    strategy: AggregationStrategy,
    labels: Sequence[str],
) -> list[LabelledSpan]:
    """One unit per group of tokens: the scores of its first, the mean, or those of the surest ("max")."""
    if not groups:
        return []
    spans = [pieces.span(group) for group in groups]
    if strategy == "first":
        return read_units(spans, scores[[group[0] for group in groups]], labels)
    if strategy == "average":
        return read_units(spans, means(scores, groups), labels)
    surest = scores.max(1)
    return read_units(spans, scores[[max(group, key=lambda n: surest[n]) for group in groups]], labels)


def means(scores: NDArray[np.float32], groups: Sequence[range]) -> NDArray[np.float32]:
    """The mean scores of each group of pieces, (groups, labels)."""
    bounds = np.array([(group.start, group.stop) for group in groups])
    padded = np.concatenate([scores, np.zeros_like(scores[:1])])  # a group may end with the last piece
    sums = np.add.reduceat(padded, bounds.ravel())[::2]  # every other sum is over what lies between two groups
    found: NDArray[np.float32] = sums / (bounds[:, 1] - bounds[:, 0])[:, None]
    return found


def group_units(units: Iterable[LabelledSpan]) -> list[list[LabelledSpan]]:
    """Runs of units of one entity: a B- label, or another kind, starts a new one."""
    groups: list[list[LabelledSpan]] = []
    open_kind = ""
    for unit in units:
        prefix, kind = split_label(unit.label)
        if kind and kind == open_kind and prefix != "B":
            groups[-1].append(unit)
        elif kind:
            groups.append([unit])
        open_kind = kind
    return groups


def join_entity(request: TokenClassificationRequest, group: Sequence[LabelledSpan]) -> Entity:
    """The entity of a group; a single piece under "none" keeps its label as the model has it."""
    first, start, end = group[0], group[0].start, group[-1].end
    kind = first.label if request.aggregation_strategy == "none" else split_label(first.label)[1]
    score = sum(unit.score for unit in group) / len(group)
    return Entity(kind, start, end, request.text[start:end], score)


def split_label(label: str) -> tuple[str, str]:
    """("B", "PER") of "B-PER"; ("I", label) of a label without prefix; ("", "") of "O"."""
    if label == "O":
        return "", ""
    prefix, dash, kind = label.partition("-")
    return (prefix, kind) if dash and prefix in ("B", "I") else ("I", label)
