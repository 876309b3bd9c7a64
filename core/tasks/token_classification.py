"""token-classification: a label for every piece, joined to words and entities; long texts go in windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.model import LoadedModel
from core.requests import AggregationStrategy, TokenClassificationRequest
from core.results import Entity, LabelledToken, TokenClassificationResult
from core.task import Answered, Batch, Encoded, TaskSpec
from core.tokenization import Pieces, Window, windows

OVERLAP = 64  # pieces that neighbouring windows share


@dataclass(frozen=True)
class Plan:
    """The pieces of the whole text and the windows they were cut into."""

    pieces: Pieces
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Unit:
    """A piece, or a word, with its class probabilities of shape (labels,)."""

    start: int
    end: int
    scores: NDArray[np.float32]


def encode(request: TokenClassificationRequest, model: LoadedModel) -> Encoded:
    """One row a window."""
    tokenizer = model.tokenizer
    if request.aggregation_strategy not in get_args(AggregationStrategy):
        known = ", ".join(get_args(AggregationStrategy))
        message = f"There is no aggregation strategy “{request.aggregation_strategy}”."
        raise InputError(message, f"Choose one of {known}.")
    pieces = tokenizer.pieces(request.text)
    cut = windows(len(pieces), tokenizer.room(), OVERLAP)
    return Encoded(tuple(tokenizer.join(pieces[w.start : w.end]) for w in cut), plan=Plan(pieces, cut))


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """Class probabilities of every position of each row, (tokens, labels)."""
    scores = model.model(**batch.inputs).logits.float().softmax(-1).cpu().numpy()
    return [scores[n, : len(row.encoding)] for n, row in enumerate(batch.rows)]


def decode(answered: Answered[TokenClassificationRequest]) -> TokenClassificationResult:
    """Each piece with its best label, and the entities they join to."""
    request, plan, labels = answered.request, answered.encoded.plan, answered.model.labels
    scores = join_windows(plan, answered)  # (pieces, labels)
    pieces = [Unit(s, e, row) for (s, e), row in zip(plan.pieces.offsets, scores, strict=True)]
    names = answered.model.tokenizer.tokens(plan.pieces.ids)
    tokens = tuple(
        LabelledToken(name, unit.start, unit.end, labels[int(unit.scores.argmax())], float(unit.scores.max()))
        for name, unit in zip(names, pieces, strict=True)
    )
    entities = find_entities(request, pieces, plan.pieces.words, labels)
    return TokenClassificationResult(request.text, tuple(entities), tokens, answered.provenance)


def join_windows(plan: Plan, answered: Answered[Any]) -> NDArray[np.float32]:
    """The kept part of every window, one after the other: (pieces, labels)."""
    parts = []
    for window, encoding, scores in zip(plan.windows, answered.encoded.encodings, answered.outputs, strict=True):
        first = encoding.first_text - window.start
        parts.append(scores[first + window.keep_start : first + window.keep_end])
    return np.concatenate(parts)


def find_entities(
    request: TokenClassificationRequest, pieces: Sequence[Unit], words: Sequence[int], labels: Sequence[str]
) -> Iterable[Entity]:
    """Entities under the request's strategy; "none" gives every labelled piece by itself."""
    strategy = request.aggregation_strategy
    if strategy == "none":
        for unit in pieces:
            label, score = best_label(unit, labels)
            if label != "O":
                yield Entity(label, unit.start, unit.end, request.text[unit.start : unit.end], score)
        return
    units = pieces if strategy == "simple" else join_words(pieces, words, strategy)
    for group in group_units(units, labels):
        start, end = group[0].start, group[-1].end
        score = float(np.mean([best_label(unit, labels)[1] for unit in group]))
        yield Entity(split_label(best_label(group[0], labels)[0])[1], start, end, request.text[start:end], score)


def join_words(pieces: Sequence[Unit], words: Sequence[int], strategy: AggregationStrategy) -> list[Unit]:
    """One unit a word: the scores of its first piece, the mean, or those of the piece that is surest ("max")."""
    units = []
    for _, group in groupby(zip(words, pieces, strict=True), key=lambda pair: pair[0]):
        parts = [unit for _, unit in group]
        scores = np.stack([unit.scores for unit in parts])  # (pieces of the word, labels)
        if strategy == "average":
            chosen = scores.mean(0)
        else:
            chosen = scores[0] if strategy == "first" else scores[scores.max(1).argmax()]
        units.append(Unit(parts[0].start, parts[-1].end, chosen))
    return units


def group_units(units: Iterable[Unit], labels: Sequence[str]) -> list[list[Unit]]:
    """Runs of units of one entity: a B- label, or another kind, starts a new one."""
    groups: list[list[Unit]] = []
    open_kind = ""
    for unit in units:
        prefix, kind = split_label(best_label(unit, labels)[0])
        if kind and kind == open_kind and prefix != "B":
            groups[-1].append(unit)
        elif kind:
            groups.append([unit])
        open_kind = kind
    return groups


def best_label(unit: Unit, labels: Sequence[str]) -> tuple[str, float]:
    """The most probable label and its probability."""
    return labels[int(unit.scores.argmax())], float(unit.scores.max())


def split_label(label: str) -> tuple[str, str]:
    """("B", "PER") of "B-PER"; ("I", label) of a label without prefix; ("", "") of "O"."""
    if label == "O":
        return "", ""
    prefix, dash, kind = label.partition("-")
    return (prefix, kind) if dash and prefix in ("B", "I") else ("I", label)


def format(result: TokenClassificationResult) -> dict[str, Any]:
    """{"entities": [{"entity_group", "start", "end", "text", "score"}]}"""
    return {"entities": [vars(entity) for entity in result.entities]}


TASK = TaskSpec("token-classification", TokenClassificationRequest, ("text",), encode, forward, decode, format)
