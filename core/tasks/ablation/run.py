"""ablation: the target with heads, layers or feed-forward parts switched off, many such networks in one batch."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch

from core.errors import InputError
from core.models.hooks import silence, silence_feed_forwards, skip
from core.models.model import LoadedModel
from core.models.readout import Readout, aim, parts, read, vectors_to_compare
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.ablation.schema import AblationRequest, AblationResult, NetworkPart
from core.tasks.spec import check_place
from core.text.phrases import quoted


@dataclass(frozen=True)
class Switched:
    """A row's network: what is off, counted from 0, and what is read."""

    readout: Readout
    heads: tuple[tuple[int, int], ...] = ()
    layers: tuple[int, ...] = ()
    feed_forwards: tuple[int, ...] = ()


@dataclass(frozen=True)
class Readings:
    """The logit and the probability of a row, and whether its class is the most probable one."""

    logit: float
    probability: float
    best: bool | None


def encode(request: AblationRequest, model: LoadedModel) -> Encoded:
    """The same row for each network: the whole one, the one with the parts off, and one for each single part."""
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    for layer in (*request.layers, *request.feed_forwards):
        check_place(layer, "layer", layers)
    if not all(isinstance(place, tuple) and len(place) == 2 for place in request.heads):
        raise InputError("A head is named by two numbers.", "Write its layer and its own number, such as 3.4.")
    for layer, head in request.heads:
        check_place(layer, "layer", layers)
        check_place(head, "head", heads)
    found = aim(request.text, request.text_pair, request.target, model)
    asked = Switched(
        found.readout,
        tuple((layer - 1, head - 1) for layer, head in request.heads),
        tuple(layer - 1 for layer in request.layers),
        tuple(layer - 1 for layer in request.feed_forwards),
    )
    networks = (Switched(found.readout), asked, *singles(request.each, found.readout, layers, heads))
    shape = (layers, heads if request.each == "heads" else 1)
    return Encoded((found.encoding,) * len(networks), found.unread, plan=shape, variants=networks)


def singles(each: NetworkPart | None, readout: Readout, layers: int, heads: int) -> list[Switched]:
    """A network without each single part."""
    match each:
        case None:
            return []
        case "heads":
            return [Switched(readout, heads=((layer, head),)) for layer in range(layers) for head in range(heads)]
        case "layers":
            return [Switched(readout, layers=(layer,)) for layer in range(layers)]
        case "feed-forwards":
            return [Switched(readout, feed_forwards=(layer,)) for layer in range(layers)]
    raise InputError(f"There are no parts called {quoted(each)}.", f"Choose one of {', '.join(get_args(NetworkPart))}.")


def forward(model: LoadedModel, batch: Batch) -> Sequence[Readings]:
    """What each row's network says; nothing here needs a gradient, but small differences need float32."""
    networks: list[Switched] = [row.variant for row in batch.rows]
    found: list[Readings | None] = [None] * len(networks)
    with torch.no_grad():
        for rows in parts([one.readout for one in networks], batch.inputs["input_ids"].shape[1]):
            inputs = {name: values[rows] for name, values in batch.inputs.items()}
            for n, one in zip(rows, readings(model, inputs, [networks[n] for n in rows]), strict=True):
                found[n] = one
    return [one for one in found if one is not None]


def readings(model: LoadedModel, inputs: dict[str, torch.Tensor], networks: Sequence[Switched]) -> list[Readings]:
    """One pass through the plain layers, each row through its own network."""
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    device = inputs["input_ids"].device
    kept_heads = torch.ones(len(networks), layers, heads, device=device)
    kept_layers, kept_feed_forwards = torch.ones(2, len(networks), layers, device=device)
    for row, one in enumerate(networks):
        for layer, head in one.heads:
            kept_heads[row, layer, head] = 0
        kept_layers[row, list(one.layers)] = 0
        kept_feed_forwards[row, list(one.feed_forwards)] = 0
    readouts = [one.readout for one in networks]
    others = vectors_to_compare(model, readouts)  # of the whole network
    with ExitStack() as stack:
        if any(one.heads for one in networks):
            stack.enter_context(silence(model.plain, kept_heads))
        if any(one.layers for one in networks):
            stack.enter_context(skip(model.plain, kept_layers))
        if any(one.feed_forwards for one in networks):
            stack.enter_context(silence_feed_forwards(model.plain, kept_feed_forwards))
        found = read(model, inputs, readouts, others)
    best = [None] * len(networks) if found.best is None else found.best.tolist()
    return [Readings(*one) for one in zip(found.logits.tolist(), found.probabilities.tolist(), best, strict=True)]


def decode(answered: Answered[AblationRequest]) -> AblationResult:
    """Before, after, and the fall without each single part."""
    request = answered.request
    before, after, *single = answered.outputs
    shape = answered.encoded.plan if single else (0, 0)
    falls = [np.array([getattr(before, name) - getattr(one, name) for one in single], np.float32).reshape(shape)
             for name in ("probability", "logit")]  # fmt: skip
    return AblationResult(
        text=request.text,
        text_pair=request.text_pair,
        target=request.target.words,
        before=before.probability,
        after=after.probability,
        logit_before=before.logit,
        logit_after=after.logit,
        each=request.each,
        importance=falls[0],
        logit_importance=falls[1],
        provenance=answered.provenance,
        best_before=before.best,
        best_after=after.best,
        best_without=None if before.best is None else np.array([one.best for one in single], bool).reshape(shape),
    )
