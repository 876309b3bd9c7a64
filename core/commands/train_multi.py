"""`python -m core train --multi F.toml`: several tasks learned together, and each alone to compare with."""

import gc
import json
import time
import tomllib
from collections.abc import Generator, Iterator
from dataclasses import fields, replace
from pathlib import Path
from threading import Event
from typing import Any

from core.checkpoints.catalog import Catalog, load_catalog
from core.commands.told_lines import EVERY_S, UNFINISHED, show_lines
from core.commands.train_seeds import seed_lines
from core.commands.training_rows import gathered
from core.errors import InputError
from core.finetuning.card import adapter_card, card
from core.finetuning.plan import SHARED_METHODS, TrainingMethod, TrainingPlan, check_plan, check_start
from core.finetuning.report import TrainingOutcome
from core.finetuning.run_folder import SharedFolder, SharedOrder, TrainingOrder
from core.finetuning.shared_report import AloneStep, SharedLine, SharedOutcome
from core.models.loader import Loader
from core.text.phrases import listed, quoted
from core.training.adapters import ADAPTER
from core.training.finetune import DivergedError, FineTuning, use_threads
from core.training.shared import SharedTraining
from core.workers.room import check_room, peak_mb
from core.workers.runs import write_whole

SHAPE = 'base = "minilm", then [tasks.NAME] with task = "text-classification" and train = "file.csv" for each task'
OWN = ("task", "train", "dev")  # fields of one task
COMMON = ("base", "method", "temperature", "alone", "tasks")  # of all, beside those of a plan
OF_PLAN = (
    "learning_rate",
    "epochs",
    "batch_tokens",
    "warm_up",
    "weight_decay",
    "clip",
    "patience",
    "evaluations",
    "rank",
    "seed",
    "seeds",
)
Marked = tuple[float, float]  # a score and its standard error


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
    order = SharedOrder(orders, temperature_of(values), bool(values.get("alone", True)))
    folder = SharedFolder(output / UNFINISHED)
    folder.write(order)
    if order.plan.seeds > 1:
        each = seed_lines(order, folder, output, lambda one, part: shared_lines(one, part, part.model, Event()))
        show_lines(each, 0, "loss")
    else:
        show_lines(shared_lines(order, folder, output, Event()), 0, "loss")
    folder.remove()


def work(path: Path, stop: Event) -> Iterator[SharedLine | str]:
    """What the pages start: tells of the tasks whose order stands in the folder, until `stop` is set."""
    folder = SharedFolder(path)
    use_threads(1)
    return shared_lines(folder.read(), folder, folder.model, stop)


def fresh(order: TrainingOrder) -> FineTuning:
    """A training of one task that has not begun."""
    return FineTuning(Loader(Catalog(order.checkpoints)), order.checkpoints[0], order.plan, order.train, order.dev)


def shared_lines(order: SharedOrder, folder: SharedFolder, output: Path, stop: Event) -> Iterator[SharedLine | str]:
    """What is told: how it starts, its steps, how each task does alone, what came out. Its state is in the folder at
    each evaluation; the same order goes on from there."""
    found: SharedOutcome | None = None
    for line in together(order, folder, output, stop):
        if isinstance(line, SharedOutcome):
            found = line
        else:
            yield line
    if found is None:
        return
    alone: dict[str, Marked] = {}
    for name, one in order.tasks.items() if order.alone else ():
        try:
            marked = yield from by_itself(name, one, folder, stop)
        except DivergedError as e:
            yield f"{name} alone: {e.message}"
            continue
        if marked:
            alone[name] = marked
    scores = {name: score for name, (score, _) in alone.items()}
    errors = {name: error for name, (_, error) in alone.items()}
    yield replace(found, alone=scores, alone_errors=errors, peak_mb=round(peak_mb(), 1))


def together(order: SharedOrder, folder: SharedFolder, output: Path, stop: Event) -> Iterator[SharedLine | str]:
    """All tasks at once; a folder is left for each. Nothing comes out of a training that was stopped before a step."""
    tasks = {name: fresh(one) for name, one in order.tasks.items()}
    for one in tasks.values():
        one.ask_before()  # while its weights are its own
    shared = SharedTraining(tasks, temperature=order.temperature)
    start = shared.start(shared.state.resume(folder.state))
    if not (stop.is_set() or start.resumed):  # what was learned is not lost for want of room
        check_room(start.expected_mb, here=True)
    yield start
    told = 0.0
    try:
        for point in () if stop.is_set() else shared.run():
            if point.dev or time.monotonic() - told > EVERY_S:
                told = time.monotonic()
                if point.dev:
                    shared.state.write(folder.state)
                yield point
            if stop.is_set():
                break
    except DivergedError as e:
        if not shared.state.best:
            raise
        yield f"{e.message} The best weights until then are kept."
    if not shared.state.step:
        return
    found = shared.finish(output)
    for name, one in tasks.items():
        outcome = TrainingOutcome(found.best, found.scores[name], round(one.ask_before().score, 4), found.seconds)
        others = listed(other for other in tasks if other != name)
        words = f"\nThe encoder learned from {others} at the same time.\n\n## Score"
        told_of = card(order.tasks[name], outcome, one.batch_tokens).replace("\n## Score", words, 1)
        (output / name / "README.md").write_text(told_of, encoding="utf-8")
        if (output / name / ADAPTER).is_dir():
            alone = adapter_card(order.tasks[name], told_of)
            (output / name / ADAPTER / "README.md").write_text(alone, encoding="utf-8")
    yield found


def by_itself(
    name: str, order: TrainingOrder, folder: SharedFolder, stop: Event
) -> Generator[AloneStep, None, Marked | None]:
    """One task with the same plan and an encoder of its own: its score and the standard error of that, None if it was
    stopped. What was over before a restart is not trained again."""
    done, state = folder.path / f"alone-{name}.json", folder.path / f"alone-{name}.pt"
    if stop.is_set():
        return None
    if not done.exists():
        gc.collect()  # what learned before may refer to itself
        one = fresh(order)
        one.resume(state)
        told = 0.0
        for step in one.run():
            if step.point or time.monotonic() - told > EVERY_S:
                told = time.monotonic()
                yield AloneStep(name, step.step, one.steps)
            if step.point:
                one.state.write(state)
            if stop.is_set():
                return None
        found = one.marks(range(len(order.dev)))
        told_of = one.steps, round(found.score, 4), round(found.error, 4)
        write_whole(done, json.dumps(told_of))
        state.unlink(missing_ok=True)
    steps, score, error = json.loads(done.read_text(encoding="utf-8"))
    yield AloneStep(name, steps, steps, score)
    return score, error


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
        if name == UNFINISHED or not name.replace("-", "").replace("_", "").isalnum():
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
    """The plan of each task: what all share, with all weights unless the file says LoRA, and its own task."""
    kinds = {one.name: type(one.default) for one in fields(TrainingPlan) if one.name in OF_PLAN}
    for name, kind in kinds.items():
        if name in values and (isinstance(values[name], bool) or not isinstance(values[name], kind | int)):
            raise InputError(f"{quoted(name)} is {quoted(str(values[name]))}; it must be a number.", "Change it.")
    base = str(values.get("base", "minilm"))
    usual = TrainingPlan("text-classification", base, method_of(values))
    common = replace(usual, **{name: values[name] for name in kinds if name in values})
    return {name: replace(common, task=one["task"]) for name, one in values["tasks"].items()}


def method_of(values: dict[str, Any]) -> TrainingMethod:
    """What learns; InputError for what is no way to learn several tasks."""
    method = values.get("method", "full")
    if method not in SHARED_METHODS:
        message = f"Several tasks cannot learn with the method {quoted(str(method))}."
        raise InputError(message, f"Choose {' or '.join(SHARED_METHODS)}: heads alone have nothing in common.")
    return method  # type: ignore[no-any-return]


def temperature_of(values: dict[str, Any]) -> float:
    """How far small tasks are brought up; InputError if that is no number from 1 to 100."""
    value = values.get("temperature", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 100:
        message = f"The temperature is {quoted(str(value))}; it must be from 1 to 100."
        raise InputError(message, "1 draws tasks by their sizes, more brings small ones up.")
    return float(value)
