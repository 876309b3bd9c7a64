"""Several tasks: one encoder learns from two or three sets of rows at once; each is compared with learning alone."""

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError, PlaygroundError
from core.finetuning.gather import RowRemark
from core.finetuning.plan import TrainingPlan, check_plan, check_start
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
from pages.ui.views.training import rows, several_live

KEY = "several_job"
SEEN = "this training, its rows and what came out"  # by whoever has the link
FEW = 300  # rows
TITLES = ("First task", "Second task", "Third task")
SAMPLING = {"By size": 1.0, "In between": 2.0, "All alike": 100.0}  # temperatures
TOLD = {
    "By size": "A task comes up as often as it has rows.",
    "In between": "Small tasks come up more often than they have rows (temperature 2).",
    "All alike": "Every task comes up equally often, however few rows it has.",
}


def several_view() -> None:
    """The whole view."""
    job = jobs.find_or_go_on(KEY, unfinished_tasks)
    tasks = asked_tasks()
    ready = [one for one in tasks if isinstance(one, rows.Gathered) and one.ready]
    plan, temperature, alone = options(tasks)
    running = jobs.running(job)
    with desk.acting():
        unready = running or len(ready) < len(tasks)
        go = st.button("Train", type="primary", icon=":material/play_arrow:", disabled=unready, key="several_go")
    with answer():
        wrong = next((one for one in tasks if isinstance(one, PlaygroundError)), None)
        if wrong:
            raise wrong
        if go:
            job = begin(ready, plan, temperature, alone)
        if job is None:
            waiting(tasks, plan)
        elif job.progress.running:
            jobs.watch(KEY, several_live.picture)
            jobs.show_way_back("training", SEEN)
        else:
            several_live.ended(job)
            st.caption(jobs.anyone(SEEN))
    if not (running or go):
        prepare()


def asked_tasks() -> list[rows.Gathered | PlaygroundError | None]:
    """The rows of each task; None for one that has none yet."""
    with desk.settings():
        count = st.segmented_control("How many tasks", (2, 3), default=2, required=True, **kept("several_count"))
    gathered = []
    for n, title in enumerate(TITLES[: int(count or 2)]):
        prefix = f"several{n + 1}"
        kinds = {task: kind for kind, task in rows.KINDS_OF_TASK.items()}
        with st.expander(plain_label(f"{title}: {kinds[rows.chosen_task(prefix)]}"), key=f"{prefix}_box"):
            gathered.append(rows.gather(prefix, n))
    return gathered


def options(tasks: list[rows.Gathered | PlaygroundError | None]) -> tuple[TrainingPlan, float, bool]:
    """Where all begin and how they learn, how often each task comes up, and whether each is trained alone, too."""
    if any(isinstance(one, rows.Gathered) and one.task == "fill-mask" for one in tasks):
        checkpoint = pick_checkpoint("fill-mask", "several_fill")
    else:
        checkpoint = pick_checkpoint("feature-extraction", "several")
    rows_of_all = sum(len(one.train) for one in tasks if isinstance(one, rows.Gathered))
    with desk.settings():
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
    plan = TrainingPlan("text-classification", checkpoint, "full", epochs=epochs)
    return plan, SAMPLING[str(sampling)], bool(alone)


def begin(tasks: list[rows.Gathered], plan: TrainingPlan, temperature: float, alone: bool) -> Job | None:
    """Starts the training."""
    checkpoints = library.catalog().with_base(plan.checkpoint)
    orders = {}
    for name, one in zip(names_of(tasks), tasks, strict=True):
        own = TrainingPlan(one.task, plan.checkpoint, "full", epochs=plan.epochs)
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


def waiting(tasks: list[rows.Gathered | PlaygroundError | None], plan: TrainingPlan) -> None:
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
        show(callout(what, "A batch has rows of one task; all weights learn.", "note"))
    else:
        show(callout("Nothing can be learned from these rows yet.", "The line marked × says why.", "note"))
    for title, one in zip(TITLES, gathered, strict=False):
        show(f'<p class="pg-legend"><b>{title}: {escape(one.name)}</b></p>')
        rows.tell((*one.remarks, *remarks(one, row)))


def remarks(one: rows.Gathered, row: Checkpoint) -> tuple[RowRemark, ...]:
    """What is to be said of the rows of a task for this start."""
    return tuple(judge_start(TrainingPlan(one.task, row.id, "full"), row, one.train))
