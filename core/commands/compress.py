"""`python -m core compress`: what a checkpoint loses and gains as a smaller version, as JSON."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from core.checkpoints.catalog import load_catalog
from core.commands.training_rows import read
from core.compression.keep import read_keep_order
from core.compression.own_rows import own_rows
from core.compression.plan import METHODS, CompressionOrder, check_head, check_order, read_order
from core.compression.report import CompressionLine, CompressionReport, before_and_after
from core.compression.run import ROUNDS, compress, keep
from core.finetuning.plan import TrainedTask, TrainingPlan
from core.workers.measuring import MeasuringStep
from core.workers.runs import WorkFolder


def compress_command(
    checkpoint: Annotated[str, typer.Option(help="A model ID that labels texts or finds names.")],
    method: Annotated[list[str] | None, typer.Option(help=f"{', '.join(METHODS)}; repeat it for several.")] = None,
    level: Annotated[
        list[float] | None,
        typer.Option(help="heads: share to remove; layers: how many to drop; exit: how sure. Repeat it for several."),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(help="CSV, TSV or JSONL with texts and labels, or CoNLL; else rows of our own.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="How often each version is timed.")] = ROUNDS,
) -> None:
    """Measures smaller versions of a model beside the model as it is: megabytes, milliseconds of one processor core for
    a text alone and for one of 32 read together, and the score on held-out rows."""
    catalog = load_catalog()
    row = catalog[checkpoint]
    check_head(row)
    task: TrainedTask = "token-classification" if row.head == "token-classification" else "text-classification"
    rows = read(input, TrainingPlan(task, checkpoint)) if input else own_rows(row)
    order = CompressionOrder(catalog.with_base(checkpoint), tuple(method or METHODS), tuple(rows), tuple(level or ()))
    check_order(order)
    report = CompressionReport()
    for line in compress(order, Event(), max(1, rounds)):
        report = report.after(line)
        if isinstance(line, MeasuringStep):
            print(line.doing, file=sys.stderr)
    print(json.dumps({"checkpoint": checkpoint, **before_and_after(report)}, ensure_ascii=False, indent=2))


def work(path: Path, stop: Event) -> Iterator[CompressionLine]:
    """What a worker does whose order stands in a folder."""
    yield from compress(read_order(WorkFolder(path).values()), stop)


def keep_work(path: Path, stop: Event) -> Iterator[str]:
    """What a worker does that makes one version once more and writes its folder. It tells nothing."""
    folder = WorkFolder(path)
    if not stop.is_set():
        keep(read_keep_order(folder.values()), folder.model)
    yield from ()
