"""forward-pass: what every part of the network gives for a text, read off the plain layers, and their weights."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.errors import TaskNotSupportedError
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.hooks import Call, capture, layers
from core.models.model import LoadedModel
from core.models.names import HEADS, PARTS, LayerNames
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.forward_pass.by_hand import ACTIVATIONS, Numbers, difference
from core.tasks.forward_pass.conclude import ReadText, conclude
from core.tasks.forward_pass.parts import select
from core.tasks.forward_pass.schema import MOST_TOKENS, ForwardPassRequest, ForwardPassResult, PassStep
from core.tasks.forward_pass.steps import (
    LayerParts,
    decoder_step,
    embedding_steps,
    head_steps,
    layer_steps,
)
from core.tasks.forward_pass.weights import (
    activation_of,
    apart,
    embedding_parts,
    find,
    head_parts,
    layer_parts,
    names_of_head,
    steps_of,
    view,
)
from core.text.masks import place_masks

EMBEDDINGS = {
    "word": "embeddings.word_embeddings",
    "position": "embeddings.position_embeddings",
    "segment": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}
PROJECTIONS = ("embeddings.embed_proj", "embeddings_project")  # DeBERTa's before the norm, ELECTRA's behind it
KNOWN = "the families BERT, RoBERTa, DistilBERT, ELECTRA and DeBERTa"

Calls = Mapping[str, Call]  # what went in and out of the parts of a network, by the name of the step


@dataclass(frozen=True)
class Passed:
    """What ForwardPassResult has of a row; `logits`, (places, outputs), with their `error`, are None without a head."""

    positions: tuple[int, ...]
    segments: tuple[int, ...]
    network: tuple[int, int]
    scale: float
    steps: tuple[PassStep, ...]
    logits: Numbers | None
    error: float


def encode(request: ForwardPassRequest, model: LoadedModel) -> Encoded:
    """One row; what is over the limit is cut and reported. TaskNotSupportedError for a network of other parts."""
    check_network(model)
    mask = model.tokenizer.mask_token if model.key.head == "masked-lm" else None
    texts = [place_masks(text, mask).text if mask else text for text in (request.text, request.text_pair)]
    encoding, unread = model.tokenizer.encode(*texts, most=MOST_TOKENS)
    return Encoded((encoding,), unread)


def check_network(model: LoadedModel) -> None:
    """TaskNotSupportedError unless the parts of the network are those of a known architecture, in its own order."""
    config, id = model.config, model.key.checkpoint
    names = PARTS.get(config.model_type)
    known = model.key.head == "encoder" or (config.model_type, model.key.head) in HEADS
    if names is None or is_odd(config) or not known or not all(is_known(layer, names) for layer in layers(model.plain)):
        message = f"The steps of “{id}”, a network of the type {config.model_type}, are not told apart here."
        raise TaskNotSupportedError(message, f"Choose a model of {KNOWN}.")
    if activation_of(config) not in ACTIVATIONS:
        message = f"The neurons of “{id}” use the function {activation_of(config)}, which is not computed by hand here."
        raise TaskNotSupportedError(message, f"Choose another model of {KNOWN}.")


def is_odd(config: Any) -> bool:
    """Whether it is a DeBERTa other than its paper has it: with a convolution behind the first layer, heads that are
    mixed, no vectors of distances, or other terms of the scores than those of its two kinds."""
    mixed = getattr(config, "conv_kernel_size", 0) or getattr(config, "talking_head", False)
    terms = set(getattr(config, "pos_att_type", None) or ())
    return bool(mixed or not getattr(config, "relative_attention", True) or terms - {"c2p", "p2c"})


def is_known(layer: nn.Module, names: LayerNames) -> bool:
    """Whether the layer has each part that is named."""
    present = {name for name, _ in layer.named_modules()}
    return present.issuperset(steps_of(names).values())


@contextmanager
def first_calls(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Call]]:
    """The first call of each module within the block, there once it has ended."""
    found: dict[str, Call] = {}
    with ExitStack() as stack:
        calls = {name: stack.enter_context(capture([module])) for name, module in modules.items()}
        yield found
    found |= {name: made[0] for name, made in calls.items() if made}


def forward(model: LoadedModel, batch: Batch) -> Sequence[Passed]:
    """All steps of each row, without its padding."""
    base: Any = model.plain_encoder
    names = steps_of(PARTS[model.config.model_type])
    projections = find(base, dict(zip(("projected_first", "projected"), PROJECTIONS, strict=True)))
    with ExitStack() as stack:
        below = stack.enter_context(first_calls(find(base, EMBEDDINGS) | projections))
        within = [stack.enter_context(first_calls(find(layer, names))) for layer in layers(model.plain)]
        output = base(**batch.inputs, output_attentions=True)
    above, product = read_head(model, batch)
    embedding = embedding_parts(base, projections)
    parts = [layer_parts(model, layer, longest=batch.inputs["input_ids"].shape[1]) for layer in layers(model.plain)]
    head = head_parts(model)
    found = []
    for n, row in enumerate(batch.rows):
        count = len(row.encoding)
        steps = embedding_steps(embeddings_seen(below, n, count), embedding)
        for number, (calls, layer, shares) in enumerate(zip(within, parts, output.attentions, strict=True), 1):
            seen = {name: of_row(call.output, n, count) for name, call in calls.items()}
            if layer.in_one:
                seen |= apart(seen["query"], layer)
            seen["joined"] = of_row(calls["attention-output"].arguments[0], n, count)
            seen["weights"] = array(shares[n, :, :count, :count])
            steps += layer_steps(number, steps[-1].values, seen, layer)
        state, logits, error = steps[-1].values, None, 0.0
        last = of_row(output.last_hidden_state, n, count)
        steps.append(PassStep("last", len(parts) + 1, False, last, difference(state, last)))
        if head:
            outer = {name: of_row(value, n, count) for name, value in above.items()}
            if decoded := isinstance(model.plain, DebertaV2ForEnhancedMaskedLM):
                steps.append(decode_positions(model.plain, steps, outer["read"], parts[-1]))
            steps += head_steps(len(parts) + 1, outer["read"] if decoded else state, outer, head)
            read = outer.get("features", outer["read"])
            logits = of_row(product, n, count).reshape(len(read), -1)
            error = difference(head.product(read), logits)
        places = [ids_of(below[name], n, count) if name in below else () for name in ("position", "segment")]
        network = (len(parts), parts[0].heads)
        found.append(Passed(places[0], places[1], network, parts[0].scale, tuple(map(locked, steps)), logits, error))
    return found


def locked(step: PassStep) -> PassStep:
    """The step with numbers that nobody can change: all who ask the same share them."""
    step.values.setflags(write=False)
    return step


def array(values: torch.Tensor) -> Numbers:
    """A tensor as an array of its own."""
    return view(values).copy()


def of_row(values: torch.Tensor, n: int, tokens: int) -> Numbers:
    """What belongs to a row: (tokens, …) of (rows, tokens, …) or of (1, tokens, …), which all rows share; (1, …) of
    (rows, …), which stands for the first token."""
    if values.ndim == 2:
        return array(values[n : n + 1])
    return array(values[n % len(values), :tokens])


def ids_of(call: Call, n: int, tokens: int) -> tuple[int, ...]:
    """The ids that an embedding was asked for."""
    ids = call.arguments[0]
    return tuple(ids[n % len(ids), :tokens].tolist())


def embeddings_seen(calls: Calls, n: int, tokens: int) -> dict[str, Numbers]:
    """What the embeddings of a row give; their sum is what goes into what stands behind them."""
    seen = {name: of_row(call.output, n, tokens) for name, call in calls.items() if name in EMBEDDINGS}
    behind = calls.get("projected_first", calls["norm"])
    seen["sum"] = of_row(behind.arguments[0], n, tokens)
    for name in ("projected_first", "projected"):
        if name in calls:
            seen["projection"] = of_row(calls[name].output, n, tokens)
    return seen


def read_head(model: LoadedModel, batch: Batch) -> tuple[dict[str, torch.Tensor], Any]:
    """What the head of the checkpoint reads and what it makes of it before its last product, and what that gives."""
    names = names_of_head(model)
    if names is None:
        return {}, None
    with first_calls(find(model.plain, {"dense": names.dense, "norm": names.norm, "product": names.product})) as calls:
        output = model.plain(**batch.inputs)
    read = calls["dense" if names.dense else "product"].arguments[0]
    found = {"read": read}
    if names.dense:
        found["features"] = calls["norm"].output if names.norm else calls["product"].arguments[0]
    return found, calls["product"].output if names.product else output.logits


def decode_positions(model: Any, steps: Sequence[PassStep], given: Numbers, last: LayerParts) -> PassStep:
    """What a DeBERTa with its own decoder makes of the state before its last layer."""
    before = next(step for step in reversed(steps) if step.name == "state")
    positions = view(model.enhanced_mask_decoder.position_embeddings.weight)[: len(given)]
    return decoder_step(before.layer + 1, before.values, positions, given, last)


def decode(answered: Answered[ForwardPassRequest]) -> ForwardPassResult:
    """The steps that were asked for, and the answer in words."""
    encoding, passed, model = answered.encoded.encodings[0], answered.outputs[0], answered.model
    tokenizer = model.tokenizer
    labels = tokenizer.labels(encoding)
    conclusion = None
    if passed.logits is not None:
        read = ReadText(encoding, labels, model.labels, tokenizer.word, tokenizer.mask_id)
        conclusion = conclude(model.key.head, passed.logits, read, passed.error)
    every = ForwardPassResult(
        tokenizer.tokens(encoding.ids),
        labels,
        encoding.ids,
        passed.positions,
        passed.segments,
        model.config.model_type,
        passed.network,
        0,
        0,
        passed.scale,
        passed.steps,
        conclusion,
        all(step.holds for step in passed.steps),
        answered.provenance,
    )
    return select(every, answered.request)
