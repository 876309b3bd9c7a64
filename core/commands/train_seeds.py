"""`python -m core train --seeds N`: the same training with several seeds; the best one is kept."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from core.commands.told_lines import as_json
from core.finetuning.report import TrainingOutcome, read_line
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.training.finetune import DivergedError

OUTCOME = "outcome.json"  # of a seed that is over
Trains = Callable[[TrainingOrder, RunFolder], Iterator[Any]]  # the training of one seed, as lines


def seed_lines(order: TrainingOrder, folder: RunFolder, output: Path, train: Trains) -> Iterator[dict[str, Any]]:
    """What the training of each seed tells, tagged with it; the last line has the score of the kept one, the mean, and
    the spread (standard deviation) of all. A seed that was over before the command was killed tells only its score."""
    first = order.plan.seed
    found: dict[int, TrainingOutcome] = {}
    for seed in range(first, first + order.plan.seeds):
        part = RunFolder(folder.path / f"seed-{seed}")
        part.write(replace(order, plan=replace(order.plan, seed=seed, seeds=1)))
        try:
            for line in told(part, train):
                if isinstance(line, TrainingOutcome):
                    found[seed] = line
                yield {"seed": seed, **as_json(line)}
        except DivergedError as e:
            yield {"seed": seed, "warning": e.message}
    if not found:
        raise DivergedError("The loss of every seed stopped being a number.", "Try a lower learning rate.")
    scores = {seed: one.score for seed, one in found.items()}
    kept = max(scores, key=scores.__getitem__)
    shutil.copytree(folder.path / f"seed-{kept}" / "model", output, dirs_exist_ok=True)
    seconds = round(sum(one.seconds for one in found.values()), 1)
    yield {
        "seed": kept,
        "best": found[kept].best,
        "score": scores[kept],
        "mean": round(mean(scores.values()), 4),
        "spread": round(stdev(scores.values()), 4) if len(scores) > 1 else 0.0,
        "scores": scores,
        "seconds": seconds,
    }


def told(part: RunFolder, train: Trains) -> Iterator[Any]:
    """The lines of one seed; of one that is over, what came out."""
    file = part.path / OUTCOME
    if file.exists():
        yield read_line(json.loads(file.read_text(encoding="utf-8")))
        return
    for line in train(part.read(), part):
        if isinstance(line, TrainingOutcome):
            file.write_text(json.dumps(as_json(line)), encoding="utf-8")
        yield line
