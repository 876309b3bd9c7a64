"""Which smaller versions of a checkpoint are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError
from core.finetuning.gather import TrainingRow, from_dict
from core.text.phrases import listed, quoted

CompressionMethod = Literal["int8", "bf16", "heads", "layers", "exit"]
METHODS: tuple[CompressionMethod, ...] = get_args(CompressionMethod)
LEVELS: dict[str, tuple[float, ...]] = {  # where nobody says otherwise; of layers as many as make half of them
    "heads": (0.25, 0.5, 0.75),
    "layers": (1, 2, 3),
    "exit": (0.99, 0.9, 0.75),
}
LIMITS: dict[str, tuple[float, float, str]] = {
    "heads": (0.01, 0.99, "the share of heads to remove"),
    "layers": (1, 1000, "the number of layers to drop"),
    "exit": (0.01, 1.0, "the threshold of the early exit"),
}
HEADS = ("sequence-classification", "token-classification")
AS_IT_IS, SERVED = "fp32", "fused"


@dataclass(frozen=True)
class SmallerVersion:
    """One version of a network: of a CompressionMethod, as it is (fp32), or as the playground runs it (fused).

    `level` is the share of the heads that is removed, how many layers are dropped, or the threshold of the early exit.
    """

    method: str
    level: float = 0.0

    @property
    def label(self) -> str:
        """What pages call it."""
        match self.method:
            case "heads":
                return f"{self.level:.0%} fewer heads"
            case "layers":
                return f"{self.level:.0f} {'layer' if self.level == 1 else 'layers'} fewer"
            case "exit":
                return f"Early exit at {self.level:.0%}"
            case "fp32":
                return "As it is, fp32"
            case "fused":
                return "bf16, fused layers"
            case _:
                return self.method


@dataclass(frozen=True)
class CompressionOrder:
    """What is measured: these `methods` at these `levels` (none: the usual ones) on the rows. `checkpoints` are the one
    that is made smaller and, below an adapter, that one's base."""

    checkpoints: tuple[Checkpoint, ...]
    methods: tuple[str, ...]
    rows: tuple[TrainingRow, ...]
    levels: tuple[float, ...] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """The one that is made smaller."""
        return self.checkpoints[0]


def read_order(values: Mapping[str, Any]) -> CompressionOrder:
    """The order that JSON has."""
    return CompressionOrder(
        tuple(Checkpoint(**row) for row in values["checkpoints"]),
        tuple(values["methods"]),
        tuple(map(from_dict, values["rows"])),
        tuple(values["levels"]),
    )


def check_order(order: CompressionOrder) -> None:
    """InputError that names what makes no sense."""
    check_head(order.checkpoint)
    if not order.methods:
        raise InputError("No method is chosen.", f"Choose at least one of {listed(METHODS)}.", "methods")
    for method in order.methods:
        if method not in METHODS:
            raise InputError(f"There is no method called {quoted(method)}.", f"Choose one of {listed(METHODS)}.")
        for level in order.levels:
            lowest, highest, what = LIMITS.get(method, (0.0, 0.0, "the level"))
            if not highest:
                raise InputError(f"{quoted(method)} has no level.", "Leave it out.")
            if not lowest <= level <= highest:
                raise InputError(f"{what[0].upper()}{what[1:]} is {level:g}.", f"Take {lowest:g} to {highest:g}.")
    if len(order.rows) < FEWEST_ROWS:
        message = f"There are {len(order.rows):,} labelled rows; {FEWEST_ROWS} or more are needed."
        raise InputError(message, "Half of them fit what must be fitted, the other half is scored.")


FEWEST_ROWS = 8


def check_head(row: Checkpoint) -> None:
    """InputError unless the checkpoint labels texts or words."""
    if row.head not in HEADS:
        message = f"“{row.id}” has no trained head that labels texts or finds names, so there is no score to lose."
        raise InputError(message, "Choose a model for Classify or Entities, or fine-tune one.")


def versions(method: str, levels: Sequence[float], layers: int) -> list[SmallerVersion]:
    """The versions of one method for a network of so many layers."""
    if method not in LEVELS:
        return [SmallerVersion(method)]
    usual = [one for one in LEVELS[method] if method != "layers" or one <= max(1, layers // 2)]
    return [SmallerVersion(method, one) for one in levels or usual]
