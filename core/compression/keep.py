"""A smaller version kept: which ones can be a folder that transformers loads, and the job that writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.compression.plan import CompressionOrder, SmallerVersion, read_order
from core.compression.report import CompressedPoint
from core.engine import Library
from core.jobs import State
from core.workers import runs
from core.workers.runs import WorkFolder

KIND = "keep-smaller"
KEPT = ("bf16", "heads", "layers")  # methods whose versions transformers loads
TOLD = {  # of each method, what can be had
    "fp32": "This is the model itself: its page on Models says where it comes from.",
    "fused": "This is how the playground runs this model: the weights are those of bf16, which can be kept.",
    "int8": "transformers cannot load these 8-bit weights. Quantise the model where it is to run, for example with "
    "torch.ao.quantization.quantize_dynamic.",
    "exit": "transformers has no early exit, so this version stays here: its exits are no part of the network.",
    "bf16": "A folder that transformers loads: 16 bits for each weight.",
    "layers": "A folder that transformers loads: the upper layers are gone, so it is smaller and faster there as well.",
    "heads": "A folder that transformers loads, with the same answers. It does not load matrices of other sizes, so "
    "these heads are silent there rather than gone: nothing is saved.",
}
CARD = """\
---
library_name: transformers
license: {licence}
base_model: {base}
---

# {name}

{base}, made smaller: {label}. {told}

On {held_out:,} held-out rows its score is {score:.4f} ± {error:.4f}, that of the model as it was {was:.4f}. Weights are
written in 16 bits.
"""


@dataclass(frozen=True)
class KeepOrder:
    """One version of a measurement, as it was measured: `before` is the network as it is, `held_out` are the rows."""

    order: CompressionOrder
    point: CompressedPoint
    before: CompressedPoint
    held_out: int

    @property
    def version(self) -> SmallerVersion:
        """The version."""
        return SmallerVersion(self.point.method, self.point.level)

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.order.checkpoint.name}, {self.point.label}"


@dataclass(frozen=True)
class KeepRun:
    """Makes the version once more, in a process, and takes it in. `id`, that of its job, names its folder."""

    id: str
    order: KeepOrder

    @property
    def total(self) -> int:
        """Steps."""
        return 1

    def run(self, engine: Any, library: Library, state: State) -> None:
        """Waits for its turn, like a training; the result is the id of the new checkpoint."""
        folder = WorkFolder(runs.path_of(KIND, self.id))

        def told(place: int) -> None:
            state.shown = place

        try:
            folder.write(self.order)
            with runs.turn(state, told) as begins:
                for _ in runs.lines(KIND, folder, state) if begins else ():
                    pass
            if folder.model.is_dir() and not state.stop.is_set():
                text = card(self.order)
                (folder.model / "README.md").write_text(text, encoding="utf-8")
                row = library.adopt(self.order.name, folder.model, self.order.order.checkpoint.id, "made smaller here")
                state.result, state.done = row.id, 1
        finally:
            folder.remove()


def card(order: KeepOrder) -> str:
    """README.md of the folder."""
    row, point = order.order.checkpoint, order.point
    return CARD.format(
        licence=row.licence.lower(),
        base=row.id,
        name=order.name,
        label=point.label[0].lower() + point.label[1:],
        told=TOLD[point.method],
        held_out=order.held_out,
        score=point.score,
        error=point.error,
        was=order.before.score,
    )


def keep_order(order: CompressionOrder, point: CompressedPoint, before: CompressedPoint, held_out: int) -> KeepOrder:
    """What is asked for: nothing but this version is prepared for."""
    only = replace(order, methods=(point.method,), levels=(point.level,) if point.level else ())
    return KeepOrder(only, point, before, held_out)


def read_keep_order(values: Mapping[str, Any]) -> KeepOrder:
    """The order that JSON has."""
    point, before = (CompressedPoint(**values[name]) for name in ("point", "before"))
    return KeepOrder(read_order(values["order"]), point, before, values["held_out"])
