"""Fine-tuning in three parts: Gather, Train, Try."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from core.errors import PlaygroundError
from core.finetuning.duration import seconds_before
from core.finetuning.job import FineTuneRun, unfinished
from core.finetuning.memory import MemoryNeed, need_before
from core.finetuning.plan import (
    LABELLED,
    RATES,
    SEED,
    TrainedTask,
    TrainingMethod,
    TrainingPlan,
    check_plan,
    check_start,
)
from core.finetuning.remarks import ROWS_ARE, judge_start
from core.finetuning.report import TrainingReport
from core.finetuning.run_folder import TrainingOrder
from core.jobs import Job, new_id
from core.settings import load_settings
from core.workers.runs import OFF, prepare
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.markup import callout, show, subtitle
from pages.ui.inputs.checkpoints import pick_checkpoint
from pages.ui.inputs.kept import kept, kept_text
from pages.ui.views.training import before, gained, history, live, outcome, rows

KEY = "finetune_job"
SEEN = "this training, its rows and what came out"  # by whoever has the link
TOLD = {
    "head": "Only the new head learns; the encoder stays as it is. Fast, and hard to overfit.",
    "lora": "Small matrices added to each layer learn, and so does the head. A middle way.",
    "full": "Every weight learns. The most it can learn, and the most it can forget.",
}
FREE = {  # of the methods, where the head is trained already
    "lora": "Small matrices added to each layer learn. A middle way.",
    "full": "Every weight learns. The most it can learn, and the most it can forget.",
}
WATCHED = {
    "text-classification": "Your own sentences, to watch as it learns (one a line)",
    "token-classification": "Your own sentences, to watch as it learns (one a line)",
    "question-answering": "Your own questions, to watch as it learns (one a line: question | passage)",
    "fill-mask": "Your own sentences, to watch as it learns (one a line, with ___ in the place of a word)",
}
MOST_WATCHED = 3
FEW = 300  # rows
RATES_OFFERED = (0.0, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2)


def finetune_view() -> None:
    """The whole view."""
    job = jobs.find_or_go_on(KEY, unfinished)
    found_rows = rows.gather()
    gathered = None if isinstance(found_rows, PlaygroundError) else found_rows
    plan = options(gathered, watched())
    running = jobs.running(job)
    with desk.acting():
        unready = running or gathered is None or not gathered.ready
        seeds = before.wanted_seeds("finetune", unready, "The best one is kept.")
    with answer():
        if isinstance(found_rows, PlaygroundError):
            raise found_rows
        if seeds and gathered:
            job = begin(gathered, replace(plan, seeds=seeds))
        if gathered and (job is None or job.work.order.train != gathered.train):
            row = library.catalog()[plan.checkpoint]
            rows.tell((*gathered.remarks, *judge_start(plan, row, gathered.train), *before.making_room()))
        if job is None:
            waiting(gathered, plan)
        elif job.progress.running:
            jobs.watch(KEY, live.picture)
            jobs.show_way_back("training", SEEN)
        else:
            ended(job)
    if not (running or seeds):
        prepare()


def watched() -> tuple[str, ...]:
    """Sentences of the visitor whose answers are shown as they change."""
    task = rows.chosen_task()
    key = "finetune_watch" if task in LABELLED else f"finetune_watch_{task[:4]}"
    with desk.settings():
        text = st.text_area(WATCHED[task], height=90, max_chars=1000, **kept_text(key))
    return tuple(line.strip() for line in text.splitlines() if line.strip())[:MOST_WATCHED]


def start_and_length(gathered: rows.Gathered | None) -> tuple[str, int]:
    """Which model begins, and how often it reads every row."""
    match rows.chosen_task():
        case "question-answering":
            checkpoint = pick_checkpoint("feature-extraction", "finetune_ques", first="question-answering")
        case "fill-mask":
            checkpoint = pick_checkpoint("fill-mask", "finetune_fill")
        case _:
            checkpoint = pick_checkpoint("feature-extraction", "finetune")
    usual = 3 if gathered and len(gathered.train) >= FEW else 10
    with desk.settings():
        epochs = st.slider("Epochs (how often it reads every row)", 1, 20, usual, **kept("finetune_epochs"))
    return checkpoint, epochs


def options(gathered: rows.Gathered | None, watch: Sequence[str]) -> TrainingPlan:
    """What learns, from where, and how."""
    checkpoint, epochs = start_and_length(gathered)
    task = rows.chosen_task()
    told = FREE if task == "fill-mask" else TOLD
    with desk.settings():
        method = st.segmented_control(
            "What learns",
            list(told),
            default="lora",
            format_func=before.METHODS.__getitem__,
            required=True,
            **kept("finetune_method_fill" if task == "fill-mask" else "finetune_method"),
        )
        st.caption(told[str(method)])
        with st.expander("All options", key="finetune_more"):
            plan = careful_options(task, str(method))
    return replace(plan, checkpoint=checkpoint, epochs=epochs, watch=tuple(watch))


def careful_options(task: TrainedTask, method: str) -> TrainingPlan:
    """How fast what learns, when it ends, where chance begins."""
    rate = st.select_slider(
        "Highest learning rate",
        RATES_OFFERED,
        value=0.0,
        format_func=lambda one: f"{one or RATES[method]:g}{'' if one else ' (usual)'}",
        key="finetune_rate",
    )
    decay = st.slider(
        "Rate of each layer, as a share of the rate above it", 0.5, 1.0, 1.0, 0.05, key="finetune_decay",
        help="Lower layers know what many tasks need; below 1 they change less (ULMFiT, 2018).",
    )  # fmt: skip
    gradual = task != "fill-mask" and st.toggle(
        "Unfreeze gradually", key="finetune_gradual", disabled=method == "head",
        help="The head learns alone at first, then a layer more at a time from the top.",
    )  # fmt: skip
    weights = task in LABELLED and st.toggle("Rare classes count for more", key="finetune_weights")
    label = "Stop after this many evaluations without a better score (0: never)"
    patience = st.slider(label, 0, 10, 0, key="finetune_patience")
    batch = st.select_slider(
        "Tokens a batch",
        (0, 128, 256, 512, 1024, 2048, 4096),
        format_func=lambda one: f"{one:,}" if one else "by the number of rows",
        key="finetune_batch",
    )
    warm_up = st.slider("Warm-up, share of the steps", 0.0, 0.5, 0.1, 0.05, key="finetune_warm_up")
    seed = st.number_input("Seed", 0, 10_000, SEED, key="finetune_seed")
    return TrainingPlan(
        task,
        "",
        cast(TrainingMethod, method),
        learning_rate=rate,
        batch_tokens=batch,
        warm_up=warm_up,
        layer_decay=decay,
        gradual=gradual and method != "head",
        class_weights=weights,
        patience=patience,
        seed=int(seed),
    )


def begin(gathered: rows.Gathered, plan: TrainingPlan) -> Job | None:
    """Starts the training."""
    check_plan(plan)
    check_start(plan, library.catalog()[plan.checkpoint])
    before.check(need_of(gathered, plan))
    work = FineTuneRun(new_id(), order_for(gathered, plan))
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def order_for(gathered: rows.Gathered, plan: TrainingPlan) -> TrainingOrder:
    """The plan with its rows and the checkpoints that it needs."""
    checkpoints = library.catalog().with_base(plan.checkpoint)
    name = f"{gathered.name.rpartition('.')[0] or gathered.name} on {checkpoints[0].name}"
    return TrainingOrder(name, plan, checkpoints, gathered.train, gathered.dev)


def waiting(gathered: rows.Gathered | None, plan: TrainingPlan) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "training", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*OFF, "note"))
    elif gathered is None:
        show(callout("No rows yet.", "Upload a file, or take the example.", "note"))
    elif gathered.ready:
        row, size = library.catalog()[plan.checkpoint], before.size_of(plan.checkpoint)
        what = f"{row.name} will read {len(gathered.train):,} {ROWS_ARE[plan.task]} {plan.epochs} times."
        need = need_of(gathered, plan)
        rows_of_both = gathered.train, gathered.dev
        seconds = seconds_before(row, size.parameters, plan, *rows_of_both, bfloat16=before.has_bfloat16())
        show(callout(what, before.costs(need, seconds), "note"))
        live.shape_of(plan, size.layers)
        if need:
            live.parts_of(need)
        rows.first_rows(gathered)
    else:
        show(callout("Nothing can be learned from these rows yet.", "The line marked × says why.", "note"))


def need_of(gathered: rows.Gathered, plan: TrainingPlan) -> MemoryNeed | None:
    """The memory that it needs; None where that is not known."""
    row, size = library.catalog()[plan.checkpoint], before.size_of(plan.checkpoint)
    return need_before(row, size.parameters, plan, gathered.train, len(gathered.dev))


def ended(job: Job) -> None:
    """How it ended, what came out, and where to try it."""
    report: TrainingReport | None = job.result or job.shown
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None or not report.outcome:
        show(callout("Stopped before its first step.", "Nothing was kept.", "note"))
    if report and report.warning:
        show(callout(report.warning, "", "note"))
    if report and report.points:
        if report.outcome:
            history.remember(job.id, job.work.order, report)
            outcome.report(job.work.order, report)
            gained.gained_and_lost(job.id, job.work.order, report)
            live.sentences(report.evaluated)
        show(subtitle("How it learned"))
        live.curves(report, "finetune-curve")
        history.show_runs()
    st.caption(jobs.anyone(SEEN))
