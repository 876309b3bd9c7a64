"""One number of a model's output: the logit that an explanation explains, and its probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch

from core.errors import InputError, TaskNotSupportedError
from core.models.architecture import vocabulary_head
from core.models.encoding import Encoding
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.model import LoadedModel
from core.provenance import Unread
from core.tasks.target import Target
from core.text.masks import place_masks
from core.text.phrases import listed, quoted
from core.text.spans import Span

ReadoutKind = Literal["class", "labels", "word", "span", "swap", "cosine"]
Inputs = dict[str, torch.Tensor]
HEADS = {
    "sentence-similarity": "encoder",
    "text-classification": "sequence-classification",
    "token-classification": "token-classification",
    "question-answering": "question-answering",
    "fill-mask": "masked-lm",
    "replaced-token-detection": "replaced-token-detection",
}
PAIRS = ("text-classification", "question-answering")  # tasks that read the second text, too
MOST_TOKENS = 1024  # that go through the plain layers at a time, with all that a backward pass keeps of them


@dataclass(frozen=True)
class Readout:
    """What is read of a row. `places` are (position, number of the logit there): of a span first its start, then its
    end; of several pieces the mean is taken. `allowed` are the positions where a span may begin and end. A cosine is
    that of the mean vectors of the row and of `other`."""

    kind: ReadoutKind
    places: tuple[tuple[int, int], ...] = ()
    allowed: tuple[int, ...] = ()
    other: Encoding | None = None


@dataclass(frozen=True)
class Read:
    """The logits and the probabilities, each (rows,); a cosine is both. `best`: of classes, whether it is the most
    probable one."""

    logits: torch.Tensor
    probabilities: torch.Tensor
    best: torch.Tensor | None = None


def class_of(label: str, model: LoadedModel) -> Readout:
    """The logit of a class; InputError if there is none of this name."""
    if label not in model.labels:
        raise InputError(f"There is no class {quoted(label)}.", f"This model has {listed(model.labels)}.")
    return Readout("class", ((0, model.labels.index(label)),))


def label_of(kind: str, span: Span, encoding: Encoding, model: LoadedModel) -> Readout:
    """The mean logit of an entity's kind over its pieces, the first as a beginning where labels tell that."""
    known = {label: n for n, label in enumerate(model.labels)}
    first = known.get(f"B-{kind}", known.get(f"I-{kind}", known.get(kind)))
    if first is None:
        raise InputError(f"There is no label {quoted(kind)}.", f"This model has {listed(model.labels)}.")
    more = known.get(f"I-{kind}", first)
    return Readout("labels", tuple((at, more if n else first) for n, at in enumerate(pieces_in(span, 0, encoding))))


def answer_of(span: Span, encoding: Encoding) -> Readout:
    """Start + end of an answer in the second text; of none, with an empty span, those of the first token."""
    allowed = (0, *map(int, encoding.positions(1)))
    if span[0] == span[1]:
        return Readout("span", ((0, 0), (0, 1)), allowed)
    found = pieces_in(span, 1, encoding)
    return Readout("span", ((found[0], 0), (found[-1], 1)), allowed)


def pieces_in(span: Span, segment: int, encoding: Encoding) -> list[int]:
    """Positions of the pieces that share a character with the span; InputError if none was read."""
    start, end = span
    found = [
        int(at)
        for at in encoding.positions(segment)
        if encoding.offsets[at][0] < end and encoding.offsets[at][1] > start
    ]
    if not found:
        message = "What is to be explained is not in the part of the text that the model reads at once."
        raise InputError(message, "Shorten the text around it.")
    return found


def parts(readouts: Sequence[Readout], tokens: int) -> list[list[int]]:
    """The rows that go through the plain layers together: of one kind, and not too many for the memory."""
    most = max(1, MOST_TOKENS // tokens)
    kinds = dict.fromkeys(one.kind for one in readouts)
    alike = ([n for n, one in enumerate(readouts) if one.kind == kind] for kind in kinds)
    return [rows[start : start + most] for rows in alike for start in range(0, len(rows), most)]


def read(model: LoadedModel, inputs: Inputs, readouts: Sequence[Readout], others: torch.Tensor | None = None) -> Read:
    """What the plain model gives for rows whose readouts are of one kind; `others` are the vectors to which those of
    the rows are compared, (rows, hidden), each of length one."""
    kind, rows = readouts[0].kind, torch.arange(len(readouts), device=inputs["input_ids"].device)
    if kind == "cosine":
        assert others is not None
        cosines = (mean_vectors(model, inputs) * others).sum(-1)
        return Read(cosines, cosines)
    if kind == "word":
        at, piece = (torch.tensor([one.places[0][n] for one in readouts], device=rows.device) for n in (0, 1))
        logits = vocabulary_head(model.plain)(states_at(model, inputs, rows, at)).float()  # (rows, vocabulary)
        return Read(logits[rows, piece], logits.softmax(-1)[rows, piece])
    output: Any = model.plain(**inputs)
    if kind == "span":
        return read_spans(output.start_logits.float(), output.end_logits.float(), readouts)
    logits = output.logits.float()
    if kind == "class":
        label = torch.tensor([one.places[0][1] for one in readouts], device=rows.device)
        return Read(logits[rows, label], logits.softmax(-1)[rows, label], logits.argmax(-1) == label)
    shares = logits.softmax(-1) if kind == "labels" else logits.sigmoid()
    return Read(*(means(values, readouts) for values in (logits, shares)))


def means(values: torch.Tensor, readouts: Sequence[Readout]) -> torch.Tensor:
    """The mean of `values`, (rows, tokens, labels) or (rows, tokens), over the places of each row."""
    values = values if values.dim() == 3 else values[..., None]
    return torch.stack(
        [torch.stack([values[row, at, n] for at, n in one.places]).mean() for row, one in enumerate(readouts)]
    )


def read_spans(starts: torch.Tensor, ends: torch.Tensor, readouts: Sequence[Readout]) -> Read:
    """Start + end logit, and start × end probability among the positions where an answer may be."""
    both = starts, ends
    logits, chances = [], []
    for row, one in enumerate(readouts):
        allowed = torch.tensor(one.allowed, device=starts.device)
        found = [side[row, at] for side, (at, _) in zip(both, one.places, strict=True)]
        norms = [side[row, allowed].logsumexp(-1) for side in both]
        logits.append(found[0] + found[1])
        chances.append((logits[-1] - norms[0] - norms[1]).exp())
    return Read(torch.stack(logits), torch.stack(chances))


def states_at(model: LoadedModel, inputs: Inputs, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """What the head for words reads at these places, (places, hidden), from the plain layers."""
    if isinstance(model.plain, DebertaV2ForEnhancedMaskedLM):
        return model.plain.decode(inputs["input_ids"], inputs["attention_mask"])[rows, columns]
    return cast(torch.Tensor, model.plain_encoder(**inputs).last_hidden_state[rows, columns])


def mean_vectors(model: LoadedModel, inputs: Inputs) -> torch.Tensor:
    """The mean vector of each row's tokens, brought to length one, (rows, hidden)."""
    states = model.plain_encoder(**inputs).last_hidden_state.float()
    weights = inputs["attention_mask"].unsqueeze(-1)
    pooled = (states * weights).sum(1) / weights.sum(1)
    return cast(torch.Tensor, pooled / pooled.norm(dim=-1, keepdim=True).clamp_min(1e-12))


@dataclass(frozen=True)
class Aim:
    """One row of one or two texts and what is read of it. `offsets` are characters of the texts as typed."""

    encoding: Encoding
    offsets: tuple[Span, ...]
    unread: tuple[Unread, ...]
    readout: Readout


def aim(text: str, text_pair: str, target: Target, model: LoadedModel) -> Aim:
    """The row of a request and its readout; InputError if what the target names is not there, TaskNotSupportedError if
    the checkpoint has no head for its task."""
    head = HEADS.get(target.task)
    if head is None:
        raise InputError(f"There is nothing to explain in {quoted(target.task)}.", f"Choose one of {', '.join(HEADS)}.")
    if head not in ("encoder", model.key.head):
        raise TaskNotSupportedError(
            f"“{model.key.checkpoint}” has no trained head for {target.task}.", "Choose another model on the same page."
        )
    if target.task == "fill-mask":
        return aim_at_gap(text, target, model)
    if target.task == "sentence-similarity":
        encoding, unread = model.tokenizer.encode(text)
        other, more = model.tokenizer.encode(text_pair or text)
        return Aim(encoding, encoding.offsets, unread + more * bool(text_pair), Readout("cosine", other=other))
    pair = text_pair if target.task in PAIRS else ""
    encoding, unread = model.tokenizer.encode(text, pair)
    span = target.start, target.end
    match target.task:
        case "text-classification":
            readout = class_of(target.name, model)
        case "token-classification":
            readout = label_of(target.name, span, encoding, model)
        case "question-answering":
            readout = answer_of(span, encoding)
        case _:
            readout = Readout("swap", tuple((at, 0) for at in pieces_in(span, 0, encoding)))
    return Aim(encoding, encoding.offsets, unread, readout)


def aim_at_gap(text: str, target: Target, model: LoadedModel) -> Aim:
    """The row of a text with gaps, and the logit of a piece in the gap that the target names."""
    assert model.tokenizer.mask_token is not None, "a model that fills masks has a token for them"
    masked = place_masks(text, model.tokenizer.mask_token)
    encoding, unread = model.tokenizer.encode(masked.text)
    offsets = tuple((masked.original(start), masked.original(end)) for start, end in encoding.offsets)
    gaps = [n for n, id in enumerate(encoding.ids) if id == model.tokenizer.mask_id and offsets[n][0] == target.start]
    if not gaps:
        raise InputError("There is no gap at this place.", "Type ___ where the model should guess a word.")
    if not 0 <= target.piece < model.config.vocab_size:
        raise InputError(f"{quoted(target.name)} is not a piece of the vocabulary.", "Choose one of the model's words.")
    return Aim(encoding, offsets, unread, Readout("word", ((gaps[0], target.piece),)))


def vectors_to_compare(model: LoadedModel, readouts: Sequence[Readout]) -> torch.Tensor | None:
    """The vectors of the texts that rows are compared to, (rows, hidden), each of length one; None for other kinds."""
    if readouts[0].kind != "cosine":
        return None
    others = [one.other for one in readouts if one.other is not None]
    found = {}
    with torch.no_grad():
        for other in dict.fromkeys(others):
            inputs = {"input_ids": torch.tensor([other.ids], device=model.key.device)}
            inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
            if model.tokenizer.uses_type_ids:
                inputs["token_type_ids"] = torch.tensor([other.type_ids], device=model.key.device)
            found[other] = mean_vectors(model, inputs)[0]
    return torch.stack([found[other] for other in others])
