"""`python -m core train`: a checkpoint trained further on the rows of a file."""

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
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
from core.finetuning.plan import TrainingPlan, check_plan
from core.finetuning.run_folder import RunFolder, TrainingOrder
from core.models.loader import Loader
from core.text.phrases import quoted
from core.training.finetune import FineTuning, use_threads

EVERY_S = 0.5  # a line on the loss
STATE = "training_state.pt"  # beside the checkpoint, from which the same command goes on
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
    learnt, held_out = (rows, read(dev, plan)) if dev else split(rows, seed)
    for remark in judge(learnt, held_out, own_dev=dev is not None):
        if remark.kind == "stop":
            raise InputError(remark.message, "Change the file.")
        print(remark.message, file=sys.stderr)
    row = (catalog := load_catalog())[base]
    checkpoints = (row, catalog[row.base]) if row.base else (row,)
    order = TrainingOrder(output.name, plan, checkpoints, tuple(learnt), tuple(held_out))
    run(order, output, output / STATE, threads)


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


def run(order: TrainingOrder, model: Path, state: Path, threads: int) -> None:
    """Trains, and tells of it on standard output."""
    use_threads(threads)
    out = cast(TextIOWrapper, sys.stdout)
    out.reconfigure(encoding="utf-8", errors="backslashreplace")
    one = FineTuning(Loader(Catalog(order.checkpoints)), order.checkpoints[0], order.plan, order.train, order.dev)
    lines = steps(one, order, model, state)
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
            bar.set_postfix({name: line[name] for name in ("loss", "dev") if name in line})


def steps(one: FineTuning, order: TrainingOrder, model: Path, state: Path) -> Iterator[dict[str, Any]]:
    """The lines of a training: what it is, its steps, what came out; its state on the disk at each point."""
    resumed = one.state.resume(state)
    yield one.describe() | {"resumed": one.state.step if resumed else 0, "watched": [asdict(w) for w in one.watched()]}
    told, parent = 0.0, os.getppid()  # a process whose parent has gone works for nobody
    try:
        for step in one.run():
            if step.point or time.monotonic() - told > EVERY_S:
                told = time.monotonic()
                line: dict[str, Any] = {"step": step.step, "of": one.steps, "loss": round(step.loss, 4)}
                line |= {"learning_rate": step.learning_rate, "gradient_norm": round(step.gradient_norm, 3)}
                line |= {"frozen_below": one.frozen_below(step.step - 1), "seconds": round(one.state.seconds, 2)}
                if step.point:
                    line |= {"dev": step.point.scores["score"], "mean_loss": step.point.loss}
                    line |= {"watched": [asdict(watched) for watched in one.watched()]}
                    one.state.write(state)
                yield line
            if STOP.is_set() or os.getppid() != parent:
                one.state.restore_best()
                break
    except PlaygroundError as e:
        if not one.state.best:
            raise
        yield {"warning": e.message, "hint": e.hint}
    if not one.state.step:
        return
    found = one.outcome(model) | {"peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1)}
    (model / "README.md").write_text(card(order, found), encoding="utf-8")
    yield found


def main() -> None:
    """What the pages start: the training that the folder named on the command line describes, in a process of its own;
    it ends with its best weights when it is asked to end.
    """
    signal.signal(signal.SIGTERM, lambda *_: STOP.set())
    folder = RunFolder(Path(sys.argv[1]))
    try:
        run(folder.read(), folder.model, folder.state, 1)
    except PlaygroundError as e:
        print(e, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
