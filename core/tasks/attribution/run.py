"""attribution: integrated gradients and gradient × input over the word embeddings, positions and segments fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.models.encoding import without_blanks
from core.models.hooks import replace_embeddings
from core.models.model import LoadedModel
from core.models.readout import Aim, Readout, aim, parts, read, vectors_to_compare
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.attribution.schema import (
    AttributedWord,
    AttributionRequest,
    AttributionResult,
    BaselineFiller,
    GradientMethod,
)
from core.tasks.spec import check_number
from core.text.phrases import quoted

MOST_STEPS = 200


@dataclass(frozen=True)
class PathPoint:
    """A point on the way from the baseline, 0, to the text, 1, and what is read there. `baseline` are the pieces of the
    baseline; without them the gradient is multiplied by the embedding itself."""

    along: float
    readout: Readout
    baseline: tuple[int, ...]


@dataclass(frozen=True)
class Slope:
    """The logit at a point, and of each token the gradient times its way from the baseline, (tokens,)."""

    logit: float
    products: NDArray[np.float32]


@lru_cache
def path(steps: int) -> tuple[tuple[float, float], ...]:
    """Points of Gauss and Legendre in [0, 1] with their weights, which add up to one."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    return tuple(zip(((points + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def encode(request: AttributionRequest, model: LoadedModel) -> Encoded:
    """The row at both ends of the path and at each step between; `plan` is what is read."""
    check_number(request.steps, "steps", 1, MOST_STEPS)
    for value, known in ((request.method, get_args(GradientMethod)), (request.baseline, get_args(BaselineFiller))):
        if value not in known:
            raise InputError(f"There is no {quoted(value)}.", f"Choose one of {', '.join(known)}.")
    found = aim(request.text, request.text_pair, request.target, model)
    if request.method == "gradient-x-input":
        points = [PathPoint(1.0, found.readout, ())]
    else:
        baseline = pieces_of_baseline(found, request.baseline, model)
        along = (0.0, 1.0, *(point for point, _ in path(request.steps)))
        points = [PathPoint(one, found.readout, baseline) for one in along]
    return Encoded((found.encoding,) * len(points), found.unread, plan=found, variants=tuple(points))


def pieces_of_baseline(found: Aim, baseline: BaselineFiller, model: LoadedModel) -> tuple[int, ...]:
    """The row with [MASK] or [PAD] in the place of every piece of the texts; special tokens stay."""
    tokenizer = model.tokenizer
    filler = tokenizer.pad_id if baseline == "pad" or tokenizer.mask_id is None else tokenizer.mask_id
    encoding = found.encoding
    return tuple(id if segment < 0 else filler for id, segment in zip(encoding.ids, encoding.segments, strict=True))


def forward(model: LoadedModel, batch: Batch) -> Sequence[Slope]:
    """The logit and the products at each point, many points in one pass."""
    points: list[PathPoint] = [row.variant for row in batch.rows]
    found: list[Slope | None] = [None] * len(points)
    longest = batch.inputs["input_ids"].shape[1]
    for rows in parts([point.readout for point in points], longest):
        inputs = {name: values[rows] for name, values in batch.inputs.items()}
        for n, slope in zip(rows, slopes(model, inputs, [points[n] for n in rows]), strict=True):
            found[n] = Slope(slope.logit, slope.products[: len(batch.rows[n].encoding)].copy())
    return [one for one in found if one is not None]


def slopes(model: LoadedModel, inputs: dict[str, torch.Tensor], points: Sequence[PathPoint]) -> list[Slope]:
    """One pass forward and back through the plain layers."""
    table = model.plain.get_input_embeddings()
    ids = inputs["input_ids"]
    ends = table(ids).float()  # (rows, tokens, size)
    fillers = [[*point.baseline, *row[len(point.baseline) :]] for point, row in zip(points, ids.tolist(), strict=True)]
    starts = table(torch.tensor(fillers, device=ids.device)).float()
    plain = torch.tensor([not point.baseline for point in points], device=ids.device)[:, None, None]
    way = torch.where(plain, ends, ends - starts)  # (rows, tokens, size)
    along = torch.tensor([point.along for point in points], device=ids.device)[:, None, None]
    embeddings = (ends - (1 - along) * (ends - starts)).requires_grad_()
    readouts = [point.readout for point in points]
    others = vectors_to_compare(model, readouts)
    with replace_embeddings(model.plain, embeddings):
        logits = read(model, inputs, readouts, others).logits  # (rows,)
    (gradients,) = torch.autograd.grad(logits.sum(), embeddings)
    products = (gradients * way).sum(-1).cpu().numpy()  # (rows, tokens)
    return [Slope(logit, row) for logit, row in zip(logits.tolist(), products, strict=True)]


def decode(answered: Answered[AttributionRequest]) -> AttributionResult:
    """The products of all steps together, piece by piece added up to words."""
    request, found, outputs = answered.request, answered.encoded.plan, answered.outputs
    if request.method == "gradient-x-input":
        (end,) = outputs
        value, start_value, scores = end.logit, None, end.products.astype(np.float64)
    else:
        start, end, *steps = outputs
        weights = [weight for _, weight in path(request.steps)]
        scores = sum(weight * step.products.astype(np.float64) for weight, step in zip(weights, steps, strict=True))
        value, start_value = end.logit, start.logit
    words = words_of(request, found, scores)
    rest = float(scores.sum()) - sum(word.effect for word in words)
    return AttributionResult(
        text=request.text,
        text_pair=request.text_pair,
        target=request.target.words,
        method=request.method,
        value=value,
        baseline_value=start_value,
        words=words,
        rest=rest,
        steps=len(outputs) - 2 if len(outputs) > 1 else 1,
        provenance=answered.provenance,
    )


def words_of(request: AttributionRequest, found: Aim, scores: NDArray[np.float64]) -> tuple[AttributedWord, ...]:
    """The scores of the pieces of each word, added up."""
    encoding, texts = found.encoding, (request.text, request.text_pair)
    places = [n for n, segment in enumerate(encoding.segments) if segment >= 0]
    words = []
    for (segment, _), group in groupby(places, key=lambda n: (encoding.segments[n], encoding.words[n])):
        pieces = list(group)
        span = without_blanks(texts[segment], found.offsets[pieces[0]][0], found.offsets[pieces[-1]][1])
        if span[0] < span[1]:
            words.append(AttributedWord(segment, *span, texts[segment][slice(*span)], float(scores[pieces].sum())))
    return tuple(words)
