"""Smaller versions of a network, made and measured side by side: size, processor time, score on held-out rows."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.checkpoints.catalog import Catalog
from core.compression.keep import KeepOrder
from core.compression.plan import AS_IT_IS, SERVED, CompressionOrder, SmallerVersion, check_order, versions
from core.compression.report import CompressedPoint, CompressionLine, CompressionStart
from core.compression.rows import known_rows
from core.compression.score import RowCounts, count
from core.errors import InputError
from core.models.early_exit import EarlyExit, exit_heads
from core.models.fused import fuse, is_fused
from core.models.head_importance import least_important_first, to_remove
from core.models.hooks import layers
from core.models.loader import Loader
from core.models.smaller import (
    head_counts,
    in_int8,
    stored_bytes,
    with_silent_heads,
    without_heads,
    without_upper_layers,
)
from core.models.timing import TOGETHER, time_round
from core.training.batches import Tensors
from core.training.examples import Sequences, model_inputs
from core.training.labelled import RowEncoder, trained_classes
from core.training.save import save_model
from core.training.skills.skill import parts
from core.workers.measuring import MeasuringStep

MOST_FITTED, MOST_SCORED = 200, 1000  # rows
ALONE = 16  # texts that are timed alone
ROUNDS = 7  # of the timing, each with all versions in turn
ReadBatch = Callable[[Tensors], Tensor]  # inputs -> logits


@dataclass
class MeasuredVersion:
    """A version that can read. `alone` and `together` have the milliseconds a text of each round."""

    what: SmallerVersion
    read: ReadBatch
    size: int  # bytes
    counts: RowCounts
    layers_used: float = 0.0
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)


def compress(order: CompressionOrder, stop: Event, rounds: int = ROUNDS) -> Iterator[CompressionLine]:
    """Makes each version and has it read the held-out rows; then times all of them in turn, round by round.

    What `stop` breaks off after the first round is told all the same.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    one = Compression(order)
    wanted = one.wanted()
    yield one.start
    total = 1 + len(wanted) + rounds
    measured: list[MeasuredVersion] = []
    yield MeasuringStep(0, total, "Finding out which heads matter, and when it is sure")
    one.prepare()
    for what in wanted:
        if stop.is_set():
            return
        yield MeasuringStep(1 + len(measured), total, f"{what.label}: reading {len(one.held_out):,} rows")
        measured.append(one.measured(what))
    for done in range(rounds):
        if stop.is_set():
            break
        yield MeasuringStep(1 + len(wanted) + done, total, f"Timing all versions in turn, round {done + 1} of {rounds}")
        one.time_all(measured)
    if measured[0].alone:
        yield from (point(version, measured[0]) for version in measured)


def keep(order: KeepOrder, folder: Path) -> None:
    """Writes a version of a measurement as a folder that plain transformers loads."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    one, what = Compression(order.order), order.version
    one.prepare()
    if what.method == "heads":
        gone = to_remove(one.order_of_heads, head_counts(one.model), what.level)
        model = with_silent_heads(one.model, gone)
    else:
        model = one.made(what)
    save_model(model, one.encoder.tokenizer, folder, blocks=False, brain_floats=what.method == "bf16")


def point(one: MeasuredVersion, before: MeasuredVersion) -> CompressedPoint:
    """What is told of a version, beside the network as it is."""
    change, change_error = one.counts.change(before.counts)
    return CompressedPoint(
        one.what.method,
        one.what.level,
        one.what.label,
        round(one.size / 1e6, 3),
        round(median(one.alone), 3),
        round(median(one.together), 3),
        round(one.counts.score, 4),
        round(one.counts.error, 4),
        round(change, 4),
        round(change_error, 4),
        round(one.layers_used, 2),
    )


class Compression:
    """One network, the rows on which its versions are found (`fit`), and those on which they are scored."""

    def __init__(self, order: CompressionOrder) -> None:
        check_order(order)
        self.order, row = order, order.checkpoint
        loader = Loader(Catalog(order.checkpoints))
        self.tags = row.head == "token-classification"
        self.classes = trained_classes(row, loader)
        rows = known_rows(order.rows, self.classes, tags=self.tags)
        self.model: PreTrainedModel = loader.fresh(row)
        self.model.eval().requires_grad_(False)
        if getattr(self.model, "_supports_sdpa", False):
            self.model.set_attn_implementation("sdpa")
        self.layers = len(layers(self.model))
        shuffled = [rows[n] for n in np.random.default_rng(0).permutation(len(rows))]
        half = min(len(rows) // 2, MOST_FITTED)
        self.fit, self.held_out = shuffled[:half], shuffled[half : half + MOST_SCORED]
        tokenizer = loader.tokenizer(row)[1]
        encoder = RowEncoder(tokenizer, self.classes, longest=row.context_length, tags=self.tags)
        self.encoder, self.fitting, self.examples = encoder, encoder.encode(self.fit), encoder.encode(self.held_out)
        timed = [n % len(self.held_out) for n in range(TOGETHER)]
        self.timed_alone, self.timed_together = [self.inputs([n]) for n in timed[:ALONE]], self.inputs(timed)
        self.order_of_heads: list[tuple[int, int]] = []
        self.exits: list[Any] = []

    @property
    def start(self) -> CompressionStart:
        """What is measured."""
        labels = [row.labels[0] for row in self.held_out]
        most = 0.0 if self.tags else max(labels.count(one) for one in set(labels)) / len(labels)
        return CompressionStart(self.classes, len(self.fit), len(self.held_out), round(most, 4), self.layers)

    def wanted(self) -> list[SmallerVersion]:
        """All versions, the network as it is first; InputError for one that cannot be made."""
        methods, found = self.order.methods, [SmallerVersion(AS_IT_IS)]
        if "heads" in methods and max(head_counts(self.model)) < 2:
            raise InputError("Each layer has only one head, and every layer must keep one.", "Choose another method.")
        if "exit" in methods and self.layers < 2:
            raise InputError("The model has only one layer, so nothing can leave early.", "Choose another method.")
        for method in methods:
            found += versions(method, self.order.levels, self.layers)
            if method == "bf16" and is_fused(cast(PreTrainedModel, self.served().base_model)):
                found.append(SmallerVersion(SERVED))
        for one in found:
            if one.method == "layers":
                without_upper_layers(self.model, int(one.level))
        return found

    def prepare(self) -> None:
        """Finds the order of the heads and fits the exits, where they are wanted."""
        if "heads" in self.order.methods:
            labelled = ((model_inputs(batch), self.gold(batch)) for _, batch in self.batches(self.fitting))
            self.order_of_heads = least_important_first(self.model, labelled)
        if "exit" in self.order.methods:
            unlabelled = (model_inputs(batch) for _, batch in self.batches(self.fitting))
            self.exits = exit_heads(self.model, unlabelled, tokens=self.tags)

    def gold(self, batch: Tensors) -> Tensor:
        """The right classes, (rows,) or (rows, tokens)."""
        return batch["labels"] if self.tags else batch["labels"][:, 0]

    def measured(self, what: SmallerVersion) -> MeasuredVersion:
        """A version, with what it says of the held-out rows."""
        if what.method == "exit":
            return self.early(what)
        model = self.made(what)
        said: dict[int, tuple[str, ...]] = {}

        def read(inputs: Tensors) -> Tensor:
            return cast(Tensor, model(**inputs).logits)

        with torch.inference_mode():
            for places, batch in self.batches(self.examples):
                said |= {n: self.labels(n, row) for n, row in zip(places, read(model_inputs(batch)), strict=True)}
        return MeasuredVersion(what, read, stored_bytes(model), self.counted(said))

    def early(self, what: SmallerVersion) -> MeasuredVersion:
        """The network with exits; each row is read alone, so that it leaves when it is sure."""
        reader = EarlyExit(self.model, self.exits, what.level, tokens=self.tags)
        said, used = {}, []
        with torch.inference_mode():
            for n in range(len(self.held_out)):
                said[n] = self.labels(n, reader(**self.inputs([n]))[0])
                used.append(reader.layers_used)
        more = sum(head.weight.nbytes + head.bias.nbytes for head in self.exits)
        size = stored_bytes(self.model) + more
        return MeasuredVersion(what, lambda inputs: reader(**inputs), size, self.counted(said), float(np.mean(used)))

    def made(self, what: SmallerVersion) -> PreTrainedModel:
        """The network of a version."""
        match what.method:
            case "int8":
                return in_int8(self.model)
            case "bf16":
                return self.in_bf16()
            case "layers":
                return without_upper_layers(self.model, int(what.level))
            case "heads":
                return without_heads(self.model, to_remove(self.order_of_heads, head_counts(self.model), what.level))
            case "fused":
                return self.served()
            case _:
                return self.model

    def in_bf16(self) -> PreTrainedModel:
        """The network in bfloat16."""
        model = copy.deepcopy(self.model)
        cast(nn.Module, model).to(torch.bfloat16)
        return model

    def served(self) -> PreTrainedModel:
        """The network as the playground runs it: bfloat16, fused layers, no padding."""
        model = self.in_bf16()
        fuse(model)
        return model

    def time_all(self, measured: Sequence[MeasuredVersion]) -> None:
        """One round: processor time of each version, one after the other."""
        with torch.inference_mode():
            for one in measured:
                alone, together = time_round(one.read, self.timed_alone, self.timed_together)
                one.alone.append(alone)
                one.together.append(together)

    def batches(self, examples: Sequences) -> Iterator[tuple[list[int], Tensors]]:
        """The rows, those of similar length together, as places and tensors."""
        for places in parts(range(len(examples.lengths)), examples.lengths):
            yield places, examples.collate(np.array(places), np.random.default_rng(0))

    def inputs(self, places: Sequence[int]) -> Tensors:
        """What goes into the network for these of the held-out rows."""
        return model_inputs(self.examples.collate(np.array(places), np.random.default_rng(0)))

    def labels(self, place: int, logits: Tensor) -> tuple[str, ...]:
        """The class of a held-out row, or the tags of its words, from its logits."""
        best = logits.argmax(-1)
        if not self.tags:
            return (self.classes[int(best)],)
        row = self.held_out[place]
        tags = ["O"] * len(row.texts)
        for piece, word in self.encoder.word_starts(row):
            tags[word] = self.classes[int(best[piece])]
        return tuple(tags)

    def counted(self, said: Mapping[int, tuple[str, ...]]) -> RowCounts:
        """What is right of what was said of the held-out rows."""
        every = [said[n] for n in range(len(self.held_out))]
        return count(every, [row.labels for row in self.held_out], tags=self.tags)
