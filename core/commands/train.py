"""`python -m core train`: a checkpoint trained further on the rows of a file."""

import json
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from tqdm import tqdm

from core.checkpoints.catalog import Catalog, load_catalog
from core.errors import InputError, PlaygroundError
from core.files.tables import KINDS, read_table
from core.finetuning.card import card
from core.finetuning.gather import TrainingRow, guess_columns, judge, read_rows, read_tagged, split
from core.finetuning.job import BAD_INPUT
from core.finetuning.plan import TrainingPlan, check_plan
from core.finetuning.report import TrainingLine, TrainingPoint
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.models.loader import Loader
from core.text.phrases import quoted
from core.training.finetune import DivergedError, FineTuning, use_threads
from core.training.fit import Step

EVERY_S = 0.5  # a line on the loss
UNFINISHED = "unfinished"  # a folder beside the checkpoint, from which the same command goes on
STOP = threading.Event()


def train(
    train: Annotated[Path, typer.Option(help="CSV, TSV or JSONL with texts and labels, or CoNLL for names.")],
    output: Annotated[Path, typer.Option(help="Folder to write the trained checkpoint to.")],
    base: Annotated[str, typer.Option(help="A model ID from `python -m core checkpoints`.")] = "minilm",
    task: Annotated[str, typer.Option(help="text-classification or token-classification.")] = "text-classification",
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
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 1,
) -> None:
    """Trains on the rows of a file: a bar on a terminal, else one JSON object a line; the last has the score."""
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
    )
    check_plan(plan)
    rows = read(train, plan)
    to_learn, held_out = (rows, read(dev, plan)) if dev else split(rows, seed)
    for remark in judge(to_learn, held_out, own_dev=dev is not None):
        if remark.kind == "stop":
            raise InputError(remark.message, "Change the file.")
        print(remark.message, file=sys.stderr)
    row = (catalog := load_catalog())[base]
    checkpoints = (row, catalog[row.base]) if row.base else (row,)
    order = TrainingOrder(output.name, plan, checkpoints, tuple(to_learn), tuple(held_out))
    folder = RunFolder(output / UNFINISHED)
    folder.write(order)
    run(order, folder, output, threads)
    shutil.rmtree(folder.path)


def read(file: Path, plan: TrainingPlan) -> list[TrainingRow]:
    """The rows of a file as the task needs them."""
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Check the name.")
    if plan.task == "token-classification" and file.suffix.lower().removeprefix(".") not in KINDS[:3]:
        return read_tagged(file.name, file.read_bytes())
    table = read_table(file.name, file.read_bytes())
    rows, remarks = read_rows(table, guess_columns(table))
    for remark in remarks:
        print(remark.message, file=sys.stderr)
    return rows


def run(order: TrainingOrder, folder: RunFolder, model: Path, threads: int = 1) -> None:
    """Trains, and tells of it on standard output."""
    use_threads(threads)
    out = cast(TextIOWrapper, sys.stdout)
    out.reconfigure(encoding="utf-8", errors="backslashreplace")
    one = FineTuning(Loader(Catalog(order.checkpoints)), order.checkpoints[0], order.plan, order.train, order.dev)
    lines = map(as_json, steps(one, order, folder.state, model))
    if not out.isatty():
        for line in lines:
            print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
        return
    with tqdm(total=one.steps, unit="step", file=sys.stderr) as bar:
        for line in lines:
            if "step" not in line:
                bar.write(json.dumps(line, ensure_ascii=False), file=out)
                continue
            bar.update(line["step"] - bar.n)
            bar.set_postfix({name: line[name] for name in ("loss", "dev") if line.get(name) is not None})


def as_json(line: TrainingLine | str) -> dict[str, Any]:
    """A line as it is printed; a text is a warning."""
    if isinstance(line, str):
        return {"warning": line}
    return {name: value for name, value in asdict(line).items() if value not in (None, ())}


def steps(one: FineTuning, order: TrainingOrder, state: Path, model: Path) -> Iterator[TrainingLine | str]:
    """What a training tells: how it starts, its steps, what came out; its state is on the disk at each point."""
    yield one.start(one.state.resume(state))
    told, parent = 0.0, os.getppid()  # a process whose parent has gone works for nobody
    try:
        for step in () if STOP.is_set() else one.run():
            if step.point or time.monotonic() - told > EVERY_S:
                told = time.monotonic()
                yield point(one, step)
            if step.point:
                one.state.write(state)
            if os.getppid() != parent:
                return
            if STOP.is_set():
                break
    except DivergedError as e:
        if not one.state.best:
            raise
        yield f"{e.message} The best weights until then are kept."
    if one.state.step:
        found = one.finish(model)
        (model / "README.md").write_text(card(order, found, one.batch_tokens), encoding="utf-8")
        yield replace(found, peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1))


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


def main() -> None:
    """What the pages start: the training that the folder named on the command line describes, in a process of its own.

    It ends with its best weights when it is asked to end; with “finish” it only writes those of its last state.
    """
    signal.signal(signal.SIGTERM, lambda *_: STOP.set())
    folder = RunFolder(Path(sys.argv[1]))
    if "finish" in sys.argv[2:]:
        STOP.set()
    try:
        run(folder.read(), folder, folder.model)
    except PlaygroundError as e:
        print(e, file=sys.stderr)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
