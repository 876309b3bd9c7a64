"""`python -m core train --seeds N`: the same training with several seeds; the best one is kept."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from core.commands.told_lines import as_json
from core.finetuning.report import TrainingOutcome, read_line
from core.finetuning.run_folder import RunFolder, SharedFolder, SharedOrder, TrainingOrder
from core.finetuning.seeds import seed_folder
from core.finetuning.shared_report import SharedOutcome, read_shared_line
from core.training.finetune import DivergedError
from core.workers.runs import WorkFolder, write_whole

OUTCOME = "outcome.json"  # of a seed that is over
Trains = Callable[[Any, Any], Iterator[Any]]  # the training of one seed, an order and its folder, as lines


def seed_lines(
    order: TrainingOrder | SharedOrder, folder: RunFolder | SharedFolder, output: Path, train: Trains
) -> Iterator[dict[str, Any]]:
    """What the training of each seed tells, tagged with it; the last line has the score of the kept one, the mean, and
    the spread (standard deviation) of all. A seed that was over before the command was killed tells only its score."""
    first = order.plan.seed
    found: dict[int, TrainingOutcome | SharedOutcome] = {}
    for seed in range(first, first + order.plan.seeds):
        part = seed_folder(folder, seed)
        part.write(order.with_seed(seed))
        try:
            for line in told(order.with_seed(seed), part, train):
                if isinstance(line, TrainingOutcome | SharedOutcome):
                    found[seed] = line
                yield {"seed": seed, **as_json(line)}
        except DivergedError as e:
            yield {"seed": seed, "warning": e.message}
    if not found:
        raise DivergedError("The loss of every seed stopped being a number.", "Try a lower learning rate.")
    scores = {seed: one.score for seed, one in found.items()}
    kept = max(scores, key=scores.__getitem__)
    shutil.copytree(seed_folder(folder, kept).model, output, dirs_exist_ok=True)
    yield {
        "seed": kept,
        "best": found[kept].best,
        "score": round(scores[kept], 4),
        **summary([*scores.values()]),
        "scores": {seed: round(score, 4) for seed, score in scores.items()},
        **of_tasks([one for one in found.values() if isinstance(one, SharedOutcome)]),
        "seconds": round(sum(one.seconds for one in found.values()), 1),
    }


def summary(scores: list[float]) -> dict[str, float]:
    """Mean and spread."""
    return {"mean": round(mean(scores), 4), "spread": round(stdev(scores), 4) if len(scores) > 1 else 0.0}


def of_tasks(found: list[SharedOutcome]) -> dict[str, Any]:
    """Mean and spread of each of several tasks, learned together and alone."""
    if not found:
        return {}
    together = {name: summary([one.scores[name] for one in found]) for name in found[0].scores}
    alone = {name: summary([one.alone[name] for one in found if name in one.alone]) for name in found[0].alone}
    return {"together": together, "alone": alone}


def told(order: TrainingOrder | SharedOrder, part: WorkFolder, train: Trains) -> Iterator[Any]:
    """The lines of one seed; of one that is over, what came out."""
    file = part.path / OUTCOME
    if file.exists():
        values = json.loads(file.read_text(encoding="utf-8"))
        yield read_line(values) if isinstance(order, TrainingOrder) else read_shared_line(values)
        return
    for line in train(order, part):
        if isinstance(line, TrainingOutcome | SharedOutcome):
            write_whole(file, json.dumps(as_json(line)))
        yield line
