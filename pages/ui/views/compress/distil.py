"""Distil: a student with fewer layers learns from a teacher that is here, before the visitor's eyes."""

from dataclasses import replace

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.distillation.job import DistilOrder, DistilRun, layers_said, unfinished
from core.distillation.needs import distil_need_before, distil_seconds_before
from core.distillation.own_rows import own_rows_apart
from core.distillation.plan import (
    EPOCHS,
    HIDDEN,
    OWN,
    RATE,
    SOFT,
    TEMPERATURE,
    DistilPlan,
    blocks,
    blocks_said,
    check_distil_plan,
    check_layers,
    task_of,
)
from core.distillation.remarks import judge_teacher
from core.distillation.report import DistilReport
from core.errors import PlaygroundError, TaskNotSupportedError
from core.finetuning.gather import RowRemark
from core.finetuning.memory import MemoryNeed
from core.finetuning.plan import SEED
from core.finetuning.remarks import ROWS_ARE
from core.jobs import Job, new_id
from core.settings import load_settings
from core.workers.runs import OFF, prepare
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import name_on_the_line, pick_one
from pages.ui.inputs.kept import kept
from pages.ui.views.compress import distil_live, distil_outcome
from pages.ui.views.compress.labelled_rows import FILE, OURS, rows_of_file
from pages.ui.views.training import before, live, rows

KEY = "distil_job"
SEEN = "this distillation, its rows and what came out"  # by whoever has the link
RATES_OFFERED = (5e-5, 1e-4, 2e-4, 5e-4, 1e-3)


def distil_view() -> None:
    """The whole view."""
    job = jobs.find_or_go_on(KEY, unfinished)
    with desk.settings():
        id = pick_one("Teacher", teachers, "distil_teacher")
    name_on_the_line([id])
    row, layers = library.catalog()[id], layers_of(id)
    gathered: rows.Gathered | None = None
    with answer(), desk.asking():
        gathered = gather(row)
    plan = options(row, layers)
    running = jobs.running(job)
    with desk.acting():
        unready = running or gathered is None or not gathered.ready or layers == 1
        go = st.button("Distil", type="primary", icon=":material/play_arrow:", disabled=unready, key="distil_go")
    with answer():
        if go and gathered:
            job = begin(row, layers, gathered, plan)
        if job is None:
            waiting(row, layers, gathered, plan)
        elif job.progress.running:
            jobs.watch(KEY, distil_live.picture)
            jobs.show_way_back("distillation", SEEN)
        else:
            ended(job)
    if not (running or go):
        prepare()


def teachers() -> list[Checkpoint]:
    """The checkpoints whose answers can be learned; those that label whole texts first, then the others by task."""
    able: list[tuple[str, Checkpoint]] = []
    for row in library.catalog():
        try:
            able.append((task_of(row), row))
        except PlaygroundError:
            continue
    if not able:
        raise TaskNotSupportedError("No model here has a head that can be taught.", "Download one on the Models page.")
    order = list(ROWS_ARE)
    return [row for task, row in sorted(able, key=lambda one: (one[1].zero_shot, order.index(one[0])))]


def layers_of(id: str) -> int:
    """How many layers a checkpoint has; 0 where its configuration does not tell."""
    return before.size_of(id).layers


def gather(row: Checkpoint) -> rows.Gathered | None:
    """The rows to learn from and those held out, with what is to be known of them; None as long as there is no file."""
    task = task_of(row)
    way = st.segmented_control(
        "Rows from", [OURS, FILE], default=OURS, required=True, label_visibility="collapsed", **kept("distil_rows")
    )
    if way == OURS:
        train, dev = own_rows_apart(row)
        told = f"{len(train):,} {ROWS_ARE[task]} of ours to learn from; {len(dev):,} others are held out."
        remarks = RowRemark("good", told), *judge_teacher(row, task, train, dev)
        return rows.Gathered(task, "our own rows", train, dev, remarks)
    uploaded = rows_of_file(task, "distil")
    if uploaded is None:
        return None
    name, every, odd = uploaded
    found = rows.judged(task, name, list(every), None, list(odd), "distil")
    return replace(found, remarks=(*found.remarks, *judge_teacher(row, task, found.train, found.dev)))


def options(row: Checkpoint, layers: int) -> DistilPlan:
    """The student, what it learns from, and for how long."""
    most = max(1, layers - 1) if layers else 11
    with desk.settings():
        count = 1
        if most > 1:
            count = st.slider("Layers of the student", 1, most, max(1, layers // 2), **kept(f"distil_layers_{most}"))
        left, middle, right = st.columns(3)
        soft = weight(left, "Teacher’s probabilities", SOFT, "distil_soft", "Soft targets: how sure, and of what else.")
        hidden = weight(
            middle, "Hidden states", HIDDEN, "distil_hidden", "The direction of the vectors, layer by layer."
        )
        own = weight(right, "Right answers", OWN, "distil_own", "The task’s own loss, on the labels of the rows.")
        left, right = st.columns(2)
        temperature = left.slider(
            "Temperature", 1.0, 10.0, TEMPERATURE, 0.5, **kept("distil_temperature"),
            help="Higher ones make the teacher’s probabilities more even, so that small ones teach too.",
        )  # fmt: skip
        epochs = right.slider("Epochs (how often it reads every row)", 1, 30, EPOCHS, **kept("distil_epochs"))
        alone = st.toggle(
            "Teach the same student by the right answers alone too", True, **kept("distil_alone"),
            help="From the same start and the same batches: the difference is what the teacher brings.",
        )  # fmt: skip
        with st.expander("All options", key="distil_more"):
            rate = st.select_slider("Highest learning rate", RATES_OFFERED, RATE, key="distil_rate")
            patience = st.slider("Stop after this many evaluations without a better score (0: never)", 0, 10, 0,
                                 key="distil_patience")  # fmt: skip
            seed = st.number_input("Seed", 0, 10_000, SEED, key="distil_seed")
    return DistilPlan(
        task_of(row),
        row.id,
        count,
        soft=soft,
        hidden=hidden,
        own=own,
        temperature=temperature,
        labels_alone=alone,
        learning_rate=float(rate),
        epochs=epochs,
        patience=patience,
        seed=int(seed),
    )


def weight(place: st.delta_generator.DeltaGenerator, label: str, usual: float, key: str, told: str) -> float:
    """A slider for the weight of a loss."""
    return float(place.slider(label, 0.0, 10.0, usual, 0.5, help=f"{told} Weight of this loss.", **kept(key)))


def begin(row: Checkpoint, layers: int, gathered: rows.Gathered, plan: DistilPlan) -> Job | None:
    """Starts the distillation."""
    check_distil_plan(plan)
    if layers:
        check_layers(layers, plan.layers)
    before.check(need_of(row, gathered, plan))
    name = f"{row.name} in {layers_said(plan.layers)}"
    order = DistilOrder(name, plan, library.catalog().with_base(row.id), gathered.train, gathered.dev)
    work = DistilRun(new_id(), order)
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def waiting(row: Checkpoint, layers: int, gathered: rows.Gathered | None, plan: DistilPlan) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "distillation", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*OFF, "note"))
        return
    if layers == 1:
        show(callout(f"{row.name} has only one layer, so no student could have fewer.", "Choose another.", "note"))
        return
    if gathered is None:
        show(callout("No rows yet.", "Upload a file, or take our rows.", "note"))
        return
    if not gathered.ready:
        rows.tell(gathered.remarks)
        show(callout("Nothing can be learned from these rows yet.", "The line marked × says why.", "note"))
        return
    students = "Two students" if plan.labels_alone else "A student"
    what = f"{students} of {layers_said(plan.layers)} will learn from {len(gathered.train):,} {ROWS_ARE[plan.task]}."
    need, weights = need_of(row, gathered, plan), before.size_of(row.id).parameters
    fast = before.has_bfloat16()
    seconds = distil_seconds_before(row, weights, plan, gathered.train, gathered.dev, bfloat16=fast)
    show(callout(what, before.costs(need, seconds), "note"))
    if layers:
        show(drawing(layers, plan.layers))
    if need:
        live.parts_of(need)
    rows.tell((*gathered.remarks, *before.making_room()))


def need_of(row: Checkpoint, gathered: rows.Gathered, plan: DistilPlan) -> MemoryNeed | None:
    """The memory that it needs; None where that is not known."""
    return distil_need_before(row, before.size_of(row.id).parameters, plan, gathered.train, len(gathered.dev))


def drawing(teacher: int, student: int) -> str:
    """Which layers of the teacher those of the student stand for, and which of them they start as."""
    parts = blocks(teacher, student)
    starts = {one.first for one in parts}
    boxes = [f"<b{' class=pg-start' if n in starts else ''}>{n + 1}</b>" for n in range(teacher)]
    boxes += [f'<i style="grid-column: {one.first + 1} / {one.last + 2}">{n}</i>' for n, one in enumerate(parts, 1)]
    return (
        f'<div class="pg-blocks" role="img" aria-label="{blocks_said(parts)}">{"".join(boxes)}</div>'
        f'<p class="pg-legend">Above the teacher’s layers, below the student’s. {blocks_said(parts)}</p>'
    )


def ended(job: Job) -> None:
    """How it ended, what came out, and where to try it."""
    report: DistilReport | None = job.result or job.shown
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None or not report.outcome:
        show(callout("Stopped before its first step.", "Nothing was kept.", "note"))
    if report and report.warning:
        show(callout(report.warning, "", "note"))
    if report and report.outcome:
        distil_outcome.outcome(job.work.order, report)
    if report and report.points:
        distil_live.curves(report, "distil-curve")
    st.caption(jobs.anyone(SEEN))
