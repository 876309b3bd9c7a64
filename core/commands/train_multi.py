"""`python -m core train --multi F.toml`: several tasks learned together, and each alone to compare with."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from core.checkpoints.catalog import Catalog, load_catalog
from core.commands.told_lines import show_lines
from core.commands.training_rows import gathered
from core.errors import InputError
from core.finetuning.card import card
from core.finetuning.plan import TrainingPlan, check_plan, check_start
from core.finetuning.report import SharedOutcome, SharedPoint, TrainingOutcome
from core.finetuning.run_folder import TrainingOrder
from core.models.loader import Loader
from core.text.phrases import listed, quoted
from core.training.finetune import FineTuning, use_threads
from core.training.shared import SharedTraining

SHAPE = 'base = "minilm", then [tasks.NAME] with task = "text-classification" and train = "file.csv" for each task'
OWN = ("task", "train", "dev")  # fields of one task
COMMON = ("base", "temperature", "alone", "tasks")  # of all, beside those of a plan
OF_PLAN = (
    "learning_rate",
    "epochs",
    "batch_tokens",
    "warm_up",
    "weight_decay",
    "clip",
    "patience",
    "evaluations",
    "seed",
)


def train_multi(file: Path, output: Path, threads: int) -> None:
    """Trains what the file says, and writes a folder for each task."""
    use_threads(threads)
    values = read_file(file)
    plans = plans_of(values)
    catalog = load_catalog()
    checkpoints = catalog.with_base(str(values.get("base", "minilm")))
    orders = {}
    for name, plan in plans.items():
        check_plan(plan)
        check_start(plan, checkpoints[0])
        one = values["tasks"][name]
        dev = file.parent / one["dev"] if "dev" in one else None
        train, held_out = gathered(plan, file.parent / one["train"], dev)
        orders[name] = TrainingOrder(name, plan, checkpoints, tuple(train), tuple(held_out))
    alone = {name: score_alone(order) for name, order in orders.items()} if values.get("alone", True) else {}
    tasks = {name: fresh(order) for name, order in orders.items()}
    shared = SharedTraining(tasks, temperature=temperature_of(values))
    show_lines(lines(shared, orders, output, alone), shared.steps, "loss")


def fresh(order: TrainingOrder) -> FineTuning:
    """A training of one task that has not begun."""
    one = FineTuning(Loader(Catalog(order.checkpoints)), order.checkpoints[0], order.plan, order.train, order.dev)
    one.ask_before()  # while its weights are its own
    return one


def score_alone(order: TrainingOrder) -> float:
    """What the task reaches with the same plan and an encoder of its own."""
    one = fresh(order)
    for _ in one.run():
        pass
    return round(one.marks(range(len(order.dev))).score, 4)


def lines(
    shared: SharedTraining, orders: dict[str, TrainingOrder], output: Path, alone: dict[str, float]
) -> Iterator[SharedPoint | SharedOutcome]:
    """What is told: each evaluation, then what came out."""
    for point in shared.run():
        if point.dev:
            yield point
    found = shared.finish(output, alone)
    for name, one in zip(shared.names, shared.parts, strict=True):
        told = TrainingOutcome(found.best, found.scores[name], round(one.ask_before().score, 4), found.seconds)
        others = listed(other for other in shared.names if other != name)
        together = f"\nThe encoder learned from {others} at the same time.\n\n## Score"
        words = card(orders[name], told, one.batch_tokens).replace("\n## Score", together, 1)
        (output / name / "README.md").write_text(words, encoding="utf-8")
    yield found


def read_file(file: Path) -> dict[str, Any]:
    """The file; InputError says what is wrong with it."""
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Check the name.")
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise InputError(f"{quoted(file.name)} is not TOML: {e}.", f"Write {SHAPE}.") from e
    tasks = values.get("tasks")
    if not isinstance(tasks, dict) or len(tasks) < 2:
        raise InputError(f"{quoted(file.name)} needs at least two tasks.", f"Write {SHAPE}.")
    check_names("the file", values, (*COMMON, *OF_PLAN))
    for name, one in tasks.items():
        if not name.replace("-", "").replace("_", "").isalnum():
            raise InputError(f"{quoted(name)} cannot name a folder.", "Use letters, digits, - and _.")
        if not isinstance(one, dict) or not isinstance(one.get("train"), str) or not isinstance(one.get("task"), str):
            raise InputError(f"The task {quoted(name)} needs task and train.", f"Write {SHAPE}.")
        check_names(f"the task {quoted(name)}", one, OWN)
    return values


def check_names(where: str, values: dict[str, Any], known: tuple[str, ...]) -> None:
    """InputError for a field that nobody knows."""
    if unknown := [name for name in values if name not in known]:
        raise InputError(f"There is no {quoted(unknown[0])} in {where}.", f"There are {listed(known)}.")


def plans_of(values: dict[str, Any]) -> dict[str, TrainingPlan]:
    """The plan of each task: what all share, with all weights, and its own task."""
    kinds = {one.name: type(one.default) for one in fields(TrainingPlan) if one.name in OF_PLAN}
    for name, kind in kinds.items():
        if name in values and (isinstance(values[name], bool) or not isinstance(values[name], kind | int)):
            raise InputError(f"{quoted(name)} is {quoted(str(values[name]))}; it must be a number.", "Change it.")
    base = str(values.get("base", "minilm"))
    usual = TrainingPlan("text-classification", base, "full")
    common = replace(usual, **{name: values[name] for name in kinds if name in values})
    return {name: replace(common, task=one["task"]) for name, one in values["tasks"].items()}


def temperature_of(values: dict[str, Any]) -> float:
    """How far small tasks are brought up; InputError if that is no number from 1 to 100."""
    value = values.get("temperature", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 100:
        message = f"The temperature is {quoted(str(value))}; it must be from 1 to 100."
        raise InputError(message, "1 draws tasks by their sizes, more brings small ones up.")
    return float(value)
