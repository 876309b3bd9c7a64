"""The folder of a training: what it was asked, its rows, its state at the last evaluation, and what it leaves."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.finetuning.gather import TrainingRow, from_dict
from core.finetuning.plan import TrainingPlan, read_plan


@dataclass(frozen=True)
class TrainingOrder:
    """A plan with its rows. `checkpoints` are the one it begins with and, below an adapter, that one's base."""

    name: str
    plan: TrainingPlan
    checkpoints: tuple[Checkpoint, ...]
    train: tuple[TrainingRow, ...]
    dev: tuple[TrainingRow, ...]


@dataclass(frozen=True)
class RunFolder:
    """Where one training keeps what it needs to go on; `model` is where the trained checkpoint is written."""

    path: Path

    @property
    def model(self) -> Path:
        """Where the trained checkpoint is written."""
        return self.path / "model"

    @property
    def state(self) -> Path:
        """All that is needed to go on from the last evaluation."""
        return self.path / "state.pt"

    @property
    def order(self) -> Path:
        """The file of the order."""
        return self.path / "order.json"

    def write(self, order: TrainingOrder) -> None:
        """Writes what is asked for; the state of another order goes."""
        text = json.dumps(asdict(order), ensure_ascii=False)
        if not self.order.exists() or self.order.read_text(encoding="utf-8") != text:
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(parents=True)
            self.order.write_text(text, encoding="utf-8")

    def read(self) -> TrainingOrder:
        """What was asked for."""
        values: Mapping[str, Any] = json.loads(self.order.read_text(encoding="utf-8"))
        rows = {part: tuple(map(from_dict, values[part])) for part in ("train", "dev")}
        checkpoints = tuple(Checkpoint(**row) for row in values["checkpoints"])
        return TrainingOrder(values["name"], read_plan(values["plan"]), checkpoints, **rows)
