"""What every head and layer does for the score on a labelled file, and how far they can be pruned before it falls.

Michel, Levy & Neubig 2019, Are Sixteen Heads Really Better than One?, arxiv.org/abs/1905.10650.
"""

from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.comparison.certainty import SURE
from core.provenance import Row

PAPER = {"MNLI": 0.4, "CoLA": 0.5, "MRPC": 0.5, "SST-2": 0.6}  # of BERT-base's heads, prunable unnoticed
STEPS = 10  # in which heads are pruned
PartOrder = tuple[int, ...]  # numbers of parts, counted from 0 through all layers


@dataclass(frozen=True)
class PartImportance:
    """What single parts do, of each row with a label: whether the answer is right without each, bool
    (rows, layers, heads), and by how much the probability of the label falls, float32. Whole layers have one head."""

    right: NDArray[np.bool_]
    falls: NDArray[np.float32]

    def order(self, rows: NDArray[np.bool_]) -> PartOrder:
        """The parts, the least important for these rows first: by the mean fall of the label's probability, which tells
        parts apart that change no answer."""
        means = self.falls[rows].mean(0, dtype=np.float64).ravel()
        return tuple(map(int, np.argsort(means, kind="stable")))


@dataclass(frozen=True)
class PruningCurve:
    """The answers with more and more parts off: `off` counts them, from 0, and `right`, (rows, steps), says of each row
    whether its answer is right then."""

    off: tuple[int, ...]
    right: NDArray[np.bool_]

    @property
    def scores(self) -> NDArray[np.float64]:
        """The accuracy at each step."""
        return np.asarray(self.right.mean(0, dtype=np.float64))

    @property
    def errors(self) -> NDArray[np.float64]:
        """The standard error of the accuracy at each step."""
        return np.sqrt(self.scores * (1 - self.scores) / len(self.right))

    @property
    def unnoticed(self) -> tuple[int, float]:
        """With how many parts off the score has not yet fallen by more than two standard errors of the difference, and
        these two standard errors there: a smaller fall cannot be told on so few rows."""
        before, told = 0, 0.0
        for n, off in enumerate(self.off):
            change, error = paired(self.right[:, n], self.right[:, 0])
            if n and -change > SURE * error:
                break
            before, told = off, SURE * error
        return before, told


@dataclass(frozen=True)
class Pruning:
    """A checkpoint on a labelled file: the rows that were read, whether each answer is `right`, and the accuracy of
    always saying the most frequent label; then what single heads and layers do and how far they can be pruned, None as
    long as that is not known. `bad` rows have no answer or a label that is no class."""

    checkpoint: str
    rows: tuple[int, ...]
    right: NDArray[np.bool_]
    majority: float
    heads: PartImportance | None = None
    layers: PartImportance | None = None
    pruned_heads: PruningCurve | None = None
    pruned_layers: PruningCurve | None = None
    bad: int = 0
    first_bad: str = ""

    @property
    def score(self) -> float:
        """The accuracy of the whole network."""
        return float(self.right.mean())

    @property
    def error(self) -> float:
        """Its standard error."""
        return sqrt(self.score * (1 - self.score) / len(self.right))


@dataclass(frozen=True)
class PartChange:
    """By how much the score changes without a part, its standard error over the same rows, and the mean fall of the
    probability of the label. Counted from 1; `head` is 0 for a whole layer."""

    layer: int
    head: int
    change: float
    error: float
    fall: float

    @property
    def sure(self) -> bool:
        """Whether the score changes by more than two standard errors."""
        return abs(self.change) > SURE * self.error


def part_changes(found: PartImportance, right: NDArray[np.bool_]) -> tuple[PartChange, ...]:
    """What each single part does to the score, in the order of the network; `right` is the whole network's."""
    _, layers, heads = found.right.shape
    falls = found.falls.mean(0, dtype=np.float64)
    return tuple(
        PartChange(
            layer + 1,
            head + 1 if heads > 1 else 0,
            *paired(found.right[:, layer, head], right),
            float(falls[layer, head]),
        )
        for layer in range(layers)
        for head in range(heads)
    )


def paired(after: NDArray[np.bool_], before: NDArray[np.bool_]) -> tuple[float, float]:
    """The change of the accuracy on the same rows, and its standard error."""
    change = after.astype(float) - before
    return float(change.mean()), float(change.std(ddof=1) / sqrt(len(change))) if len(change) > 1 else 0.0


def halves(count: int) -> NDArray[np.bool_]:
    """Which rows are in the second half: every other one. Each half is pruned in the order that the other one gives,
    as an order flatters the rows that it was found on."""
    return np.asarray(np.arange(count) % 2 == 1)


def pruning_steps(parts: int, steps: int = STEPS) -> tuple[int, ...]:
    """How many parts are off at each step, from 0 to all."""
    return tuple(sorted({round(parts * n / steps) for n in range(steps + 1)}))


def part_table(found: Pruning) -> dict[str, Any]:
    """Both kinds of single parts, the most important first, and both curves, as plain values."""
    table: dict[str, Any] = {}
    for kind, part in (("heads", found.heads), ("layers", found.layers)):
        changes = part_changes(part, found.right) if part else ()
        table[kind] = [asdict(one) for one in sorted(changes, key=lambda one: (one.change, -one.fall))]
    for kind, curve in (("pruned_heads", found.pruned_heads), ("pruned_layers", found.pruned_layers)):
        table[kind] = curve and {
            "unnoticed": curve.unnoticed[0],
            "steps": [
                {"off": off, "share": off / curve.off[-1], "score": float(score), "error": float(error)}
                for off, score, error in zip(curve.off, curve.scores, curve.errors, strict=True)
            ],
        }
    return table


def pruning_rows(found: Pruning) -> list[Row]:
    """One row for each single part and for each step of both curves."""
    table = part_table(found)
    rows: list[Row] = [
        {"checkpoint": found.checkpoint, "what": f"without one of the {kind}", **one}
        for kind in ("heads", "layers")
        for one in table[kind]
    ]
    for kind in ("heads", "layers"):
        curve = table[f"pruned_{kind}"]
        steps = curve["steps"] if curve else []
        rows += [{"checkpoint": found.checkpoint, "what": f"{kind} pruned", **one} for one in steps]
    return rows
