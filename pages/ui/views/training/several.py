"""Several tasks: one encoder learns from two or three sets of rows at once; each is compared with learning alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError, PlaygroundError
from core.finetuning.duration import seconds_before
from core.finetuning.gather import RowRemark
from core.finetuning.memory import MemoryNeed, need_before, shared_need
from core.finetuning.plan import SHARED_METHODS, TrainingMethod, TrainingPlan, check_plan, check_start
from core.finetuning.remarks import ROWS_ARE, judge_start
from core.finetuning.run_folder import SharedOrder, TrainingOrder
from core.finetuning.shared_job import SharedRun, unfinished_tasks
from core.jobs import Job, new_id
from core.settings import load_settings
from core.workers.runs import OFF, prepare
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.markup import callout, escape, plain_label, show
from pages.ui.inputs.checkpoints import pick_checkpoint
from pages.ui.inputs.kept import kept
from pages.ui.views.training import before, live, rows, several_live

KEY = "several_job"
SEEN = "this training, its rows and what came out"  # by whoever has the link
FEW = 300  # rows
TITLES = ("First task", "Second task", "Third task")
SAMPLING = {"By size": 1.0, "In between": 2.0, "All alike": 100.0}  # temperatures
LEARNS = {
    "full": "Every weight of the encoder learns, and so do the heads.",
    "lora": "Small matrices added to each layer learn, the same for all tasks, and so do the heads.",
}
TOLD = {
    "By size": "A task comes up as often as it has rows.",
    "In between": "Small tasks come up more often than they have rows (temperature 2).",
    "All alike": "Every task comes up equally often, however few rows it has.",
}
Gatherings = list[rows.Gathered | PlaygroundError | None]  # of each task its rows, what is wrong, or nothing yet


def several_view() -> None:
    """The whole view."""
    job = jobs.find_or_go_on(KEY, unfinished_tasks)
    tasks = asked_tasks()
    ready = [one for one in tasks if isinstance(one, rows.Gathered) and one.ready]
    plan, temperature, alone = options(tasks, one_encoder(tasks))
    running = jobs.running(job)
    with desk.acting():
        unready = running or len(ready) < len(tasks)
        seeds = before.wanted_seeds("several", unready, "The models of the best one are kept.")
    with answer():
        wrong = next((one for one in tasks if isinstance(one, PlaygroundError)), None)
        if wrong:
            raise wrong
        if seeds:
            job = begin(ready, replace(plan, seeds=seeds), temperature, alone)
        if job is None:
            waiting(tasks, plan, alone)
        elif job.progress.running:
            jobs.watch(KEY, several_live.picture)
            jobs.show_way_back("training", SEEN)
        else:
            several_live.ended(job)
            st.caption(jobs.anyone(SEEN))
    if not (running or seeds):
        prepare()


def asked_tasks() -> Gatherings:
    """The rows of each task; None for one that has none yet."""
    with desk.settings():
        count = st.segmented_control("How many tasks", (2, 3), default=2, required=True, **kept("several_count"))
    gathered: Gatherings = []
    for n, title in enumerate(TITLES[: int(count or 2)]):
        prefix = f"several{n + 1}"
        kinds = {task: kind for kind, task in rows.KINDS_OF_TASK.items()}
        with st.expander(plain_label(f"{title}: {kinds[rows.chosen_task(prefix)]}"), key=f"{prefix}_box"):
            gathered.append(rows.gather(prefix, n))
    return gathered


def one_encoder(tasks: Gatherings) -> str:
    """Where all begin."""
    if any(isinstance(one, rows.Gathered) and one.task == "fill-mask" for one in tasks):
        return pick_checkpoint("fill-mask", "several_fill")
    return pick_checkpoint("feature-extraction", "several")


def options(tasks: Gatherings, checkpoint: str) -> tuple[TrainingPlan, float, bool]:
    """How all learn, how often each task comes up, and whether each is trained alone, too."""
    rows_of_all = sum(len(one.train) for one in tasks if isinstance(one, rows.Gathered))
    with desk.settings():
        method = st.segmented_control(
            "What learns", SHARED_METHODS, default="full", format_func=before.METHODS.__getitem__, required=True,
            **kept("several_method"),
        )  # fmt: skip
        st.caption(LEARNS[str(method)])
        usual = 3 if rows_of_all >= FEW else 10
        epochs = st.slider("Epochs (how often all rows are read)", 1, 20, usual, **kept("several_epochs"))
        sampling = st.segmented_control(
            "How often a task comes up", list(SAMPLING), default="By size", required=True, **kept("several_sampling")
        )
        st.caption(TOLD[str(sampling)])
        alone = st.toggle(
            "Train each alone as well, to compare", value=True, **kept("several_alone"),
            help="It takes about twice as long.",
        )  # fmt: skip
    plan = TrainingPlan("text-classification", checkpoint, cast(TrainingMethod, method), epochs=epochs)
    return plan, SAMPLING[str(sampling)], bool(alone)


def begin(tasks: list[rows.Gathered], plan: TrainingPlan, temperature: float, alone: bool) -> Job | None:
    """Starts the training."""
    checkpoints = library.catalog().with_base(plan.checkpoint)
    before.check(need_of(tasks, plan), models=len(tasks))
    orders = {}
    for name, one in zip(names_of(tasks), tasks, strict=True):
        own = replace(plan, task=one.task)
        check_plan(own)
        check_start(own, checkpoints[0])
        orders[name] = TrainingOrder(f"{name} with others", own, checkpoints, one.train, one.dev)
    work = SharedRun(new_id(), SharedOrder(orders, temperature, alone))
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def names_of(tasks: list[rows.Gathered]) -> list[str]:
    """What the tasks are called, after their files; they also name folders. InputError where two have the same rows."""
    if len({one.train for one in tasks}) < len(tasks):
        raise InputError("Two tasks have the same rows.", "Choose other rows for one of them.")
    names: list[str] = []
    for one in tasks:
        stem = "".join(letter if letter.isalnum() else "-" for letter in one.name.rpartition(".")[0] or one.name)
        stem = stem.strip("-")[:30] or "rows"
        name, n = stem, 1
        while name in names:
            n += 1
            name = f"{stem}-{n}"
        names.append(name)
    return names


def waiting(tasks: Gatherings, plan: TrainingPlan, alone: bool) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "training", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*OFF, "note"))
        return
    gathered = [one for one in tasks if isinstance(one, rows.Gathered)]
    row = library.catalog()[plan.checkpoint]
    if len(gathered) < len(tasks):
        show(callout("A task has no rows yet.", "Open it, and upload a file or take an example.", "note"))
    elif all(one.ready for one in gathered):
        counted = " and ".join(f"{len(one.train):,} {ROWS_ARE[one.task]}" for one in gathered)
        what = f"One encoder, {row.name}, will learn from {counted}, with a head for each task."
        need, weights = need_of(gathered, plan), before.size_of(row.id).parameters
        times = [
            seconds_before(
                row, weights, replace(plan, task=one.task), one.train, one.dev, bfloat16=before.has_bfloat16()
            )
            for one in gathered
        ]
        show(callout(what, before.costs(need, sum(times) * (1 + alone) if all(times) else 0.0), "note"))
        if need:
            live.parts_of(need)
        rows.tell(tuple(before.making_room(len(gathered))))
    else:
        show(callout("Nothing can be learned from these rows yet.", "The line marked × says why.", "note"))
    for title, one in zip(TITLES, gathered, strict=False):
        show(f'<p class="pg-legend"><b>{title}: {escape(one.name)}</b></p>')
        rows.tell((*one.remarks, *remarks(one, row)))


def need_of(tasks: Sequence[rows.Gathered], plan: TrainingPlan) -> MemoryNeed | None:
    """The memory that it needs; None where that is not known."""
    row, weights = library.catalog()[plan.checkpoint], before.size_of(plan.checkpoint).parameters
    needs = [need_before(row, weights, replace(plan, task=one.task), one.train, len(one.dev)) for one in tasks]
    known = [need for need in needs if need]
    return shared_need(known) if known else None


def remarks(one: rows.Gathered, row: Checkpoint) -> tuple[RowRemark, ...]:
    """What is to be said of the rows of a task for this start."""
    return tuple(judge_start(TrainingPlan(one.task, row.id, "full"), row, one.train))
