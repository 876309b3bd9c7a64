"""Pretraining: all weights, on fp32 masters of bf16 weights, for a budget of tokens."""

from collections.abc import Sequence
from pathlib import Path

import torch

from core.errors import ModelLoadError
from core.training.fit import Validation, fit
from core.training.optimizer import MasterWeights
from core.training.save import save_curve
from core.training.schedule import Schedule
from core.training.state import CurvePoint, TrainingState, read_checkpoint
from recipes.loop import CHECKPOINT, follow, resume
from recipes.pretraining.variant import WINDOW, Variant

EPS = 1e-6  # of Adam


def pretrain(variant: Variant, *, tokens: int, runs: Path, out: Path, stop_after: int | None = None) -> list[Path]:
    """Trains for a budget of tokens, from the last checkpoint in `runs` if there is one; the folders written in `out`.

    A larger budget than the checkpoint's resumes from where the learning rate began to fall, and ends as if it
    had been the budget from the start. `stop_after` ends this call after so many steps, with a checkpoint and nothing
    written.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    weights = masters(variant, device)
    schedule = Schedule(max(1, tokens // (variant.rows * WINDOW)), warm_up=variant.warm_up, decay=variant.decay)
    state = TrainingState(weights, schedule)
    resume(state, runs / variant.name)
    steps = fit(
        state,
        variant.loss,
        variant.batch,
        split=variant.parts,
        point_every=variant.point_every,
        validation=Validation(lambda: variant.scores(device)),
    )
    if not follow(steps, state, runs / variant.name, stop_after=stop_after):
        return []
    return write(variant, weights, state.curve, out)


def snapshot(variant: Variant, *, runs: Path, out: Path) -> list[Path]:
    """The folders written in `out` with the weights of the last checkpoint in `runs`, which stays as it is."""
    file = runs / variant.name / CHECKPOINT
    if not file.exists():
        raise ModelLoadError(f"There is no checkpoint of {variant.name} in {runs}.", "Begin its training first.")
    saved = read_checkpoint(file)
    weights = masters(variant, torch.device("cpu"))
    weights.put(saved["weights"])
    return write(variant, weights, [CurvePoint.read(row) for row in saved["curve"]], out)


def masters(variant: Variant, device: torch.device) -> MasterWeights:
    """The weights of the variant's network, there."""
    return MasterWeights(variant.network.to(device), learning_rate=variant.learning_rate, eps=EPS)


def write(variant: Variant, weights: MasterWeights, curve: Sequence[CurvePoint], out: Path) -> list[Path]:
    """Writes the folders of a variant with the masters as its weights, and the curve into each."""
    weights.unround()
    folders = variant.write(out)
    for folder in folders:
        save_curve(curve, folder)
    return folders
