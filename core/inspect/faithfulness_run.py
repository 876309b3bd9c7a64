"""Faithfulness of many texts as a job: each method's mean over the texts of a file, beside random orders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError
from core.inspect.choosing import choose
from core.inspect.effort import readings_to_trace
from core.inspect.explained_rows import ExplainedRow, seconds_for_rows
from core.inspect.faithfulness import Erasure, Faithfulness, faithfulness
from core.inspect.methods import METHODS
from core.jobs import State, Stopped
from core.provenance import Row
from core.runtime.in_bulk import BulkEngine

SIZE = 2_000  # bytes that a text takes, about


@dataclass(frozen=True)
class TextFaithfulness:
    """One text: what was explained, its value, how many words it has, and the falls of the value in each order, float32
    (methods and then random orders, 2, fractions): without the first words, and with nothing but them."""

    row: int
    target: str
    value: float
    words: int
    falls: NDArray[np.float32]

    @property
    def faithful(self) -> NDArray[np.float32]:
        """Of each order how much larger the mean fall without its first words is than with them alone, (orders,)."""
        without, alone = self.falls.mean(2).T
        return np.asarray(without - alone)


@dataclass(frozen=True)
class MethodScore:
    """A method over all texts: its means, and the standard error of `faithful` over the texts. `gain` is how much more
    faithful it is than random orders of the same texts, on average; `beats` the share of random orders whose mean is
    lower."""

    name: str
    comprehensive: float
    sufficient: float
    faithful: float
    error: float
    gain: float
    gain_error: float
    beats: float


@dataclass(frozen=True)
class FileFaithfulness:
    """All texts of one checkpoint so far, and how many rows have no answer, the first of them with the reason."""

    checkpoint: str
    methods: tuple[str, ...]
    measure: str = ""
    texts: tuple[TextFaithfulness, ...] = ()
    bad: int = 0
    first_bad: str = ""

    @property
    def means(self) -> NDArray[np.float64]:
        """The mean falls over all texts, (orders, 2, fractions)."""
        return np.asarray(np.mean([one.falls for one in self.texts], axis=0, dtype=np.float64))

    @property
    def scores(self) -> tuple[MethodScore, ...]:
        """The methods, the most faithful first."""
        each = np.array([one.faithful for one in self.texts], np.float64)  # (texts, orders)
        random = each[:, len(self.methods) :]
        falls = self.means.mean(2)  # (orders, 2)
        found = []
        for n, name in enumerate(self.methods):
            gain = each[:, n] - random.mean(1)
            found.append(
                MethodScore(
                    name,
                    float(falls[n, 0]),
                    float(falls[n, 1]),
                    float(each[:, n].mean()),
                    standard_error(each[:, n]),
                    float(gain.mean()),
                    standard_error(gain),
                    float(np.mean(each[:, n].mean() > random.mean(0))),
                )
            )
        return tuple(sorted(found, key=lambda one: -one.faithful))

    def ahead(self, first: str, second: str) -> tuple[float, float]:
        """How much more faithful one method is than another on the same texts, and the standard error of that."""
        each = np.array([one.faithful for one in self.texts], np.float64)
        difference = each[:, self.methods.index(first)] - each[:, self.methods.index(second)]
        return float(difference.mean()), standard_error(difference)


def standard_error(values: NDArray[np.float64]) -> float:
    """Of the mean of the values; without end where there is only one."""
    return float(values.std(ddof=1) / sqrt(len(values))) if len(values) > 1 else inf


@dataclass(frozen=True)
class FaithfulnessRun:
    """Puts the methods to the test on every row, for one checkpoint after the other."""

    task: str
    checkpoints: tuple[str, ...]
    rows: tuple[ExplainedRow, ...]
    erasure: Erasure = "delete"
    methods: tuple[str, ...] = tuple(METHODS)

    @property
    def total(self) -> int:
        """Rows times checkpoints."""
        return len(self.rows) * len(self.checkpoints)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """A FileFaithfulness for each checkpoint that has begun stands in `state.result`."""
        bulk = BulkEngine(engine, state.stop.is_set)
        ended: tuple[FileFaithfulness, ...] = ()
        for checkpoint in self.checkpoints:
            one = FileFaithfulness(checkpoint, self.methods)
            for row in self.rows:
                if state.stop.is_set():
                    raise Stopped
                try:
                    found = self.measure(bulk, checkpoint, row)
                    one = replace(one, measure=found.measure, texts=(*one.texts, kept(row, found, self.methods)))
                except InputError as e:
                    first = one.first_bad or f"Row {row.number:,}: {e}"
                    one = replace(one, bad=one.bad + 1, first_bad=first)
                    state.bad += 1
                state.done += 1
                state.result = (*ended, one)
                state.size = SIZE * state.done
            ended = (*ended, one)

    def measure(self, engine: Engine, checkpoint: str, row: ExplainedRow) -> Faithfulness:
        """What is found for one row."""
        subject = choose(engine, checkpoint, self.task, row.text, row.other, row.wanted)
        return faithfulness(engine, checkpoint, subject, self.methods, self.erasure)

    def seconds(self, engine: Engine) -> float | None:
        """About how long it takes; None where that cannot be told."""
        return seconds_for_rows(
            engine, self.task, self.checkpoints, self.rows, partial(readings_to_trace, self.methods)
        )


def kept(row: ExplainedRow, found: Faithfulness, methods: Sequence[str]) -> TextFaithfulness:
    """What is kept of the finding for a row."""
    curves = {one.name: one for one in found.curves}
    orders = (*(curves[name] for name in methods), *found.random)
    falls = np.array([(one.comprehensiveness, one.sufficiency) for one in orders], np.float32)
    return TextFaithfulness(row.number, found.target, found.value, found.words, falls)


def text_rows(found: FileFaithfulness) -> list[Row]:
    """One row for each text and method, and for the mean of the random orders."""
    rows: list[Row] = []
    for one in found.texts:
        falls = one.falls.mean(2)  # (orders, 2)
        count = len(found.methods)
        named = [*zip(found.methods, falls, strict=False), ("random", falls[count:].mean(0))]
        rows += [
            {
                "checkpoint": found.checkpoint,
                "row": one.row,
                "target": one.target,
                "value": one.value,
                "words": one.words,
                "method": name,
                "comprehensiveness": float(without),
                "sufficiency": float(alone),
                "faithfulness": float(without - alone),
            }
            for name, (without, alone) in named
        ]
    return rows
