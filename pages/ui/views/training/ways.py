"""Recipes compared: the same rows, learned in five ways, with what each costs."""

import plotly.graph_objects as go
import streamlit as st

from core.comparison.certainty import error_or_least
from core.errors import PlaygroundError
from core.finetuning.comparison import (
    LAYER_DECAY,
    MOST_SEEDS,
    WAYS,
    OneTraining,
    WaysCompared,
    WaySummary,
    summed_up,
    ways_of,
)
from core.finetuning.plan import MEASURES, SEED, TrainingPlan
from core.jobs import Job, new_id
from pages.ui.app import desk, jobs
from pages.ui.app.desk import answer
from pages.ui.figures.chart import BLUE, chart
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.kept import kept
from pages.ui.views.training import finetune, rows

KEY = "ways_job"
SEEN = "these trainings, their rows and what came out"  # by whoever has the link
PAPERS = (
    "In the papers: on IMDb, a decay of 0.95 a layer took BERT’s error from 5.42% to 5.40% "
    '(<a href="https://arxiv.org/abs/1905.05583">Sun et al. 2019</a>). On TREC-6, ULMFiT’s error was 16.1% with the '
    "last layer only, 6.9% with all weights, and 5.7% with gradual unfreezing, rates by layer and a slanted schedule "
    '(<a href="https://arxiv.org/abs/1801.06146">Howard and Ruder 2018</a>). On RTE, BERT’s scores with other seeds '
    "varied by 7 points, and by 2 with bias correction, warm-up and 20 epochs "
    '(<a href="https://arxiv.org/abs/2006.04884">Mosbach et al. 2020</a>).'
)


def ways_view() -> None:
    """The whole view."""
    job = jobs.find(KEY)
    found_rows = rows.gather()
    gathered = None if isinstance(found_rows, PlaygroundError) else found_rows
    checkpoint, epochs = finetune.start_and_length(gathered)
    with desk.settings():
        seeds = st.slider("Seeds (each way is trained so often)", 1, MOST_SEEDS, 1, **kept("ways_seeds"))
    with desk.acting():
        unready = jobs.running(job) or gathered is None or not gathered.ready
        task = rows.chosen_task()
        label = f"Train {len(ways_of(task)) * seeds} times"
        go = st.button(label, type="primary", icon=":material/play_arrow:", disabled=unready, key="ways_go")
    with answer():
        if isinstance(found_rows, PlaygroundError):
            raise found_rows
        if go and gathered:
            order = finetune.order_for(gathered, TrainingPlan(gathered.task, checkpoint, epochs=epochs))
            jobs.start(KEY, WaysCompared(new_id(), order, tuple(range(SEED, SEED + seeds))))
            job = jobs.find(KEY)
        if job is None:
            if not jobs.show_gone(KEY, "comparison", "Start it again."):
                ways = ways_of(task)
                count = "five" if len(ways) == len(WAYS) else "three"
                show(callout(f"The same rows will be learned in {count} ways.", f"{', '.join(ways)}.", "note"))
                if gathered:
                    rows.tell(gathered.remarks)
        elif job.progress.running:
            jobs.follow(KEY, so_far, linked=SEEN)
        else:
            ended(job)


def so_far(job: Job) -> str:
    """How far it is, in words."""
    if job.shown:
        return f"Waiting: place {job.shown} in the queue"
    return jobs.so_far(job.progress, f"{job.progress.done} of {job.progress.total} trainings", "")


def ended(job: Job) -> None:
    """What came of each way."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif job.progress.stopped:
        show(callout("Stopped early.", "What was done by then is shown.", "note"))
    results: tuple[OneTraining, ...] = job.result or ()
    if not results:
        return
    found, order = summed_up(results), job.work.order
    measure = MEASURES[order.plan.task]
    with figure("Ways of learning", "ways", order.plan.checkpoint):
        scores(found, measure, len(order.dev))
    with figure("Score and cost", "ways-table", order.plan.checkpoint):
        costs(found)
    show(f'<p class="pg-legend">{PAPERS}</p>')
    origin = f"{len(order.train):,} rows, {order.plan.epochs} epochs, {len(order.dev):,} held-out rows"
    leave_table("ways", [vars(one) for one in results], {order.plan.checkpoint: origin})
    st.caption(jobs.anyone(SEEN))


def scores(found: list[WaySummary], measure: str, held_out: int) -> None:
    """The scores as points with their errors: over seeds and held-out rows."""
    errors = [
        max(one.error, error_or_least((one.score * (1 - one.score) / held_out) ** 0.5, held_out)) for one in found
    ]
    drawn = go.Figure(
        go.Scatter(
            x=[one.score for one in found],
            y=[one.way for one in found],
            error_x={"type": "data", "array": errors},
            mode="markers",
            marker={"size": 11, "color": BLUE},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    drawn.update_layout(xaxis={"title": measure, "tickformat": ".0%"}, yaxis={"autorange": "reversed"})
    show(subtitle("Ways of learning", f"{measure} on {held_out:,} held-out rows, with standard errors"))
    chart(drawn, "ways-chart", f"The {measure} of {len(found)} ways of learning.", height=80 + 44 * len(found))
    best, last = max(found, key=lambda one: one.score), min(found, key=lambda one: one.score)
    if best.score - last.score < 2 * (2**0.5) * max(errors):
        show('<p class="pg-legend">The differences are within what chance does with so few rows or seeds.</p>')


def costs(found: list[WaySummary]) -> None:
    """Score, processor time, memory, and how many weights learned."""
    cells = [
        [
            escape(one.way),
            f"{one.score:.3f}" + (f" ± {one.error:.3f}" if len(one.scores) > 1 else ""),
            f"{one.seconds:.0f} s",
            f"{one.state_mb:,.0f} MB",
            f"{one.learning / 1e6:,.2f} M of {one.weights / 1e6:,.1f} M",
        ]
        for one in found
    ]
    headers = ["Way", "Score", "Processor time", "Memory", "Weights that learn"]
    told = {
        "Memory": "Weights, and for those that learn their gradients and the two moments of Adam",
        "Way": f"Layer-wise: each layer at {LAYER_DECAY} times the rate of the one above it",
    }
    show(subtitle("Score and cost"))
    show(table(headers, cells, "Ways of learning and their costs", range(1, 5), told=told))
