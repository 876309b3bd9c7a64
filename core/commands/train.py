"""`python -m core train`: a checkpoint trained further on the rows of a file."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from core.checkpoints.catalog import Catalog, load_catalog
from core.commands.told_lines import EVERY_S, UNFINISHED, show_lines
from core.commands.train_multi import train_multi
from core.commands.train_seeds import seed_lines
from core.commands.training_rows import gathered
from core.errors import InputError
from core.finetuning.card import adapter_card, card
from core.finetuning.plan import TASKS, TrainingPlan, check_plan, check_start
from core.finetuning.remarks import judge_start
from core.finetuning.report import TrainingLine, TrainingPoint
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.models.loader import Loader
from core.text.phrases import listed, quoted
from core.training.adapters import ADAPTER
from core.training.finetune import DivergedError, FineTuning, use_threads
from core.training.fit import Step
from core.workers.room import check_room, peak_mb


def train(
    output: Annotated[Path, typer.Option(help="Folder to write the trained checkpoint to.")],
    train: Annotated[
        Path | None,
        typer.Option(
            help="CSV, TSV or JSONL with texts and labels or with questions, contexts and answers; "
            "CoNLL for names; plain texts for hidden words."
        ),
    ] = None,
    multi: Annotated[
        Path | None,
        typer.Option(
            help="TOML with several tasks to learn together, and how: of the other options only --output and "
            "--threads count."
        ),
    ] = None,
    base: Annotated[str, typer.Option(help="A model ID from `python -m core checkpoints`.")] = "minilm",
    task: Annotated[str, typer.Option(help=f"{listed(TASKS)}: what it learns.")] = "text-classification",
    dev: Annotated[Path | None, typer.Option(help="Rows to test on; a fifth of --train if there is none.")] = None,
    method: Annotated[str, typer.Option(help="head, lora or full: what learns.")] = "lora",
    epochs: Annotated[int, typer.Option(help="How often every row is read.")] = 3,
    learning_rate: Annotated[float, typer.Option(help="The highest; 0 takes the usual one of the method.")] = 0.0,
    layer_decay: Annotated[float, typer.Option(help="How much slower each layer learns than the one above it.")] = 1.0,
    unfreeze: Annotated[str, typer.Option(help="gradual: the head first, then a layer at a time.")] = "",
    class_weights: Annotated[bool, typer.Option(help="Rare classes count for more.")] = False,
    batch_tokens: Annotated[int, typer.Option(help="Tokens of a batch, with padding; 0 suits the rows.")] = 0,
    early_stop: Annotated[int, typer.Option(help="Ends after so many evaluations without a better one.")] = 0,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = 13,
    seeds: Annotated[int, typer.Option(help="So many trainings, each with the next seed; the best is kept.")] = 1,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 1,
) -> None:
    """Trains on the rows of a file: a bar on a terminal, else one JSON object a line; the last has the score."""
    if (train is None) == (multi is None):
        raise InputError("There are no rows to learn from, or too many.", "Give --train, or --multi for several tasks.")
    if multi is not None:
        train_multi(multi, output, threads)
        return
    assert train is not None
    if unfreeze not in ("", "gradual"):
        raise InputError(f"There is no way to unfreeze called {quoted(unfreeze)}.", "Leave it out, or say gradual.")
    plan = TrainingPlan(
        task,  # type: ignore[arg-type]  # check_plan tells
        base,
        method,  # type: ignore[arg-type]
        learning_rate=learning_rate,
        epochs=epochs,
        batch_tokens=batch_tokens,
        layer_decay=layer_decay,
        gradual=unfreeze == "gradual",
        class_weights=class_weights,
        patience=early_stop,
        seed=seed,
        seeds=seeds,
    )
    order = order_of(plan, train, dev, output.name)
    folder = RunFolder(output / UNFINISHED)
    folder.write(order)
    run(order, folder, output, threads)
    folder.remove()


def order_of(plan: TrainingPlan, train: Path, dev: Path | None, name: str) -> TrainingOrder:
    """The plan with the rows of its files and the checkpoints that it needs; what is odd about them is told."""
    check_plan(plan)
    checkpoints = load_catalog().with_base(plan.checkpoint)
    check_start(plan, checkpoints[0])
    to_learn, held_out = gathered(plan, train, dev)
    for remark in judge_start(plan, checkpoints[0], to_learn):
        print(remark.message, file=sys.stderr)
    return TrainingOrder(name, plan, checkpoints, tuple(to_learn), tuple(held_out))


def run(order: TrainingOrder, folder: RunFolder, model: Path, threads: int) -> None:
    """Trains, and tells of it on standard output."""
    if order.plan.seeds > 1:
        lines = seed_lines(
            order, folder, model, lambda one, part: steps(training(one, threads), one, part.state, part.model, Event())
        )
        show_lines(lines, 0, "dev")
        return
    one = training(order, threads)
    show_lines(steps(one, order, folder.state, model, Event()), one.steps, "dev")


def work(folder: Path, stop: Event) -> Iterator[TrainingLine | str]:
    """What the pages start: tells of the training whose order stands in the folder, until `stop` is set."""
    home = RunFolder(folder)
    order = home.read()
    return steps(training(order), order, home.state, home.model, stop)


def training(order: TrainingOrder, threads: int = 1) -> FineTuning:
    """The training that an order describes."""
    use_threads(threads)
    return FineTuning(Loader(Catalog(order.checkpoints)), order.checkpoints[0], order.plan, order.train, order.dev)


def steps(one: FineTuning, order: TrainingOrder, state: Path, model: Path, stop: Event) -> Iterator[TrainingLine | str]:
    """What a training tells: how it starts, its steps, what came out; its state is on the disk at each point."""
    start = one.start(one.resume(state))
    if not (stop.is_set() or start.resumed):  # what was learned is not lost for want of room
        check_room(start.expected_mb, here=True)
    yield start
    told, before = 0.0, one.before()
    if before:
        yield before
    try:
        for step in () if stop.is_set() else one.run():
            if before is None and (before := one.before()):
                yield before
            if step.point or time.monotonic() - told > EVERY_S:
                told = time.monotonic()
                yield point(one, step)
            if step.point:
                one.state.write(state)
            if stop.is_set():
                break
    except DivergedError as e:
        if not one.state.best:
            raise
        yield f"{e.message} The best weights until then are kept."
    if one.state.step:
        found = one.finish(model)
        if before is None and (before := one.before()):
            yield before
        words = card(order, found, one.batch_tokens)
        (model / "README.md").write_text(words, encoding="utf-8")
        if (model / ADAPTER).is_dir():
            (model / ADAPTER / "README.md").write_text(adapter_card(order, words), encoding="utf-8")
        yield replace(found, peak_mb=round(peak_mb(), 1))


def point(one: FineTuning, step: Step) -> TrainingPoint:
    """What is told of a step."""
    return TrainingPoint(
        step.step,
        round(step.loss, 4),
        step.learning_rate,
        round(step.gradient_norm, 3),
        one.frozen_below(step.step - 1),
        round(one.state.seconds, 2),
        dev=step.point.scores["score"] if step.point else None,
        watched=tuple(one.watched()) if step.point else (),
    )
