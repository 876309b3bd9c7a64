"""A training seen from the command line: a bar, the points of its curve, checkpoints to resume from."""

import time
from contextlib import closing
from pathlib import Path

from rich.progress import Progress

from core.training.fit import Steps
from core.training.state import TrainingState

CHECKPOINT_EVERY = 120  # seconds
CHECKPOINT = "checkpoint.pt"
BEFORE_DECAY = "before_decay.pt"


def follow(steps: Steps, state: TrainingState, folder: Path, *, stop_after: int | None = None) -> bool:
    """Takes the steps, writing checkpoints into `folder`; whether all were taken.

    `stop_after` ends it after so many steps. One checkpoint is kept from where the learning rate begins to fall: from
    it, a longer training goes on as if it had been as long from the start.
    """
    saved = time.monotonic()
    with Progress() as progress, closing(steps):
        bar = progress.add_task(folder.name, total=state.schedule.steps, completed=state.step)
        for step in steps:
            progress.update(bar, advance=1)
            if step.point:
                print(step.point.row(), flush=True)
            if step.step == state.schedule.decay_start:
                state.write(folder / BEFORE_DECAY)
            if step.step in (stop_after, state.schedule.steps) or time.monotonic() - saved > CHECKPOINT_EVERY:
                state.write(folder / CHECKPOINT)
                saved = time.monotonic()
            if step.step == stop_after:
                return False
    return True


def resume(state: TrainingState, folder: Path) -> None:
    """Goes on from the latest checkpoint in `folder` whose steps had the rates of this training, if there is one."""
    state.resume(folder / CHECKPOINT, folder / BEFORE_DECAY)
