"""`python -m core distil`: a student with fewer layers learns from a checkpoint."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from core.checkpoints.catalog import Catalog, load_catalog
from core.commands.told_lines import EVERY_S, UNFINISHED, show_lines
from core.commands.training_rows import gathered
from core.distillation.card import student_card
from core.distillation.job import DistilFolder, DistilOrder
from core.distillation.own_rows import own_rows_apart
from core.distillation.plan import EPOCHS, HIDDEN, OWN, RATE, SOFT, TEMPERATURE, DistilPlan, check_distil_plan, task_of
from core.distillation.report import DistilLine, DistilPoint
from core.finetuning.plan import SEED
from core.models.loader import Loader
from core.training.distil import Distilling
from core.training.finetune import DivergedError, use_threads
from core.training.fit import Step
from core.workers.room import check_room, peak_mb


def distil_command(
    teacher: Annotated[str, typer.Option(help="A model ID that labels texts, finds names, answers or fills gaps.")],
    layers: Annotated[int, typer.Option(help="Layers of the student, fewer than its teacher has.")],
    output: Annotated[Path, typer.Option(help="Folder to write the student to.")],
    train: Annotated[
        Path | None,
        typer.Option(help="CSV, TSV or JSONL as for `core train`, CoNLL for names, texts; else rows of our own."),
    ] = None,
    dev: Annotated[Path | None, typer.Option(help="Rows to test on; a fifth of --train if there is none.")] = None,
    soft: Annotated[float, typer.Option(help="Weight of the teacher's probabilities.")] = SOFT,
    hidden: Annotated[float, typer.Option(help="Weight of the teacher's hidden states.")] = HIDDEN,
    own: Annotated[float, typer.Option(help="Weight of the task's own loss, on the right answers.")] = OWN,
    temperature: Annotated[float, typer.Option(help="Of the probabilities: higher ones make them more even.")] = (
        TEMPERATURE
    ),
    labels_alone: Annotated[
        bool, typer.Option(help="Teaches the same student by the right answers alone too, for comparison.")
    ] = True,
    epochs: Annotated[int, typer.Option(help="How often every row is read.")] = EPOCHS,
    learning_rate: Annotated[float, typer.Option(help="The highest.")] = RATE,
    batch_tokens: Annotated[int, typer.Option(help="Tokens of a batch, with padding; 0 suits the rows.")] = 0,
    early_stop: Annotated[int, typer.Option(help="Ends after so many evaluations without a better one.")] = 0,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = SEED,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 1,
) -> None:
    """Distils a student: a bar on a terminal, else one JSON object a line; the last has the networks before and
    after."""
    catalog = load_catalog()
    row = catalog[teacher]
    plan = DistilPlan(
        task_of(row),
        teacher,
        layers,
        soft=soft,
        hidden=hidden,
        own=own,
        temperature=temperature,
        labels_alone=labels_alone,
        learning_rate=learning_rate,
        epochs=epochs,
        batch_tokens=batch_tokens,
        patience=early_stop,
        seed=seed,
    )
    check_distil_plan(plan)
    to_learn, held_out = gathered(plan.training, train, dev) if train else own_rows_apart(row)
    folder = DistilFolder(output / UNFINISHED)
    order = DistilOrder(output.name, plan, catalog.with_base(teacher), tuple(to_learn), tuple(held_out))
    students = contenders(order, threads)
    folder.write(order)
    show_lines(told(students, order, folder, output, Event()), students[0].steps, "dev")
    shutil.rmtree(folder.path)


def work(path: Path, stop: Event) -> Iterator[DistilLine | str]:
    """What the pages start: tells of the distillation whose order stands in the folder, until `stop` is set."""
    folder = DistilFolder(path)
    order = folder.read()
    return told(contenders(order), order, folder, folder.model, stop)


def contenders(order: DistilOrder, threads: int = 1) -> list[Distilling]:
    """The student, and perhaps the one that is taught by labels alone."""
    use_threads(threads)
    loader, plans = Loader(Catalog(order.checkpoints)), [order.plan]
    if order.plan.labels_alone:
        plans.append(replace(order.plan, soft=0.0, hidden=0.0, own=1.0))
    first, *others = [Distilling(loader, order.checkpoints[0], plan, order.train, order.dev) for plan in plans]
    for one in others:
        one.taught_with(first)
    return [first, *others]


def told(
    students: list[Distilling], order: DistilOrder, folder: DistilFolder, model: Path, stop: Event
) -> Iterator[DistilLine | str]:
    """What a distillation tells: how it starts, the steps of all students in turn, what came out; their states are on
    the disk at each point."""
    for n, one in enumerate(students):
        one.resume(folder.state_of(n))
    student = students[0]
    start = student.started()
    if not (stop.is_set() or start.resumed):  # what was learned is not lost for want of room
        check_room(start.expected_mb, here=True)
    yield start
    try:
        yield from taking_turns(students, folder, stop)
    except DivergedError as e:
        if not student.state.best:
            raise
        yield f"{e.message} The best weights until then are kept."
    if student.state.step:
        found = student.finished(model, students[1] if len(students) > 1 else None)
        (model / "README.md").write_text(student_card(order, start, found, student.blocks), encoding="utf-8")
        yield replace(found, peak_mb=round(peak_mb(), 1))


def taking_turns(students: list[Distilling], folder: DistilFolder, stop: Event) -> Iterator[DistilPoint]:
    """A step of whichever has made fewest, until all are over."""
    runs, told_at = [one.run() for one in students], [0.0] * len(students)
    left = list(range(len(students)))
    while left and not stop.is_set():
        n = min(left, key=lambda n: students[n].state.step)
        one = students[n]
        try:
            step = next(runs[n], None)
        except DivergedError:
            if n == 0:
                raise
            step = None  # the student goes on without what it is compared with
        if step is None:
            left.remove(n)
            continue
        if step.point or time.monotonic() - told_at[n] > EVERY_S:
            told_at[n] = time.monotonic()
            yield point(n, one, step)
        if step.point:
            one.state.write(folder.state_of(n))


def point(n: int, one: Distilling, step: Step) -> DistilPoint:
    """What is told of a step."""
    return DistilPoint(
        n,
        step.step,
        round(step.loss, 4),
        {name: round(float(part), 4) for name, part in one.parts.items()},
        step.learning_rate,
        round(one.state.seconds, 2),
        dev=step.point.scores["score"] if step.point else None,
    )
