"""Several tasks as they learn together, and what came of each beside training alone."""

from functools import partial

import plotly.graph_objects as go
import streamlit as st

from core.comparison.certainty import percent_said
from core.finetuning.plan import MEASURES
from core.finetuning.run_folder import SharedOrder
from core.finetuning.shared_report import SharedOutcome, SharedReport, TaskScore, together_and_alone
from core.jobs import Job
from core.text.phrases import listed
from pages.ui.app import jobs, library
from pages.ui.app.keys import file_stem
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, chart
from pages.ui.figures.export import csv, download
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.views.models.adding import links
from pages.ui.views.training.live import MOST_DRAWN, score_beside_loss
from pages.ui.views.training.outcome import memory_said, trained

COLORS = (BLUE, ORANGE, GREEN)


def picture(key: str, job: Job) -> None:
    """The picture of a running training."""
    report: SharedReport = job.shown or SharedReport()
    jobs.bar(key, job, so_far(job, report), share=None if report.points else 0.0)
    if report.points:
        curves(report, job.work.order, f"{key}-live")


def so_far(job: Job, report: SharedReport) -> str:
    """How far it is, in words."""
    if report.place:
        return f"Waiting: place {report.place} in the queue"
    if not report.points or report.start is None:
        return "Getting ready"
    if job.progress.stopped:
        return "Stopping with the best weights"
    seeds = job.work.order.plan.seeds
    which = f"Seed {len(report.seeds) + 1} of {seeds}. " if seeds > 1 else ""
    if report.alone:
        last = report.alone[-1]
        return f"{which}Together is done. {last.alone} alone, step {last.step:,} of {last.steps:,}"
    return f"{which}Step {report.points[-1].step:,} of {report.start.steps:,}"


def curves(report: SharedReport, order: SharedOrder, key: str) -> None:
    """The score of each task on its held-out rows, and the losses of its batches."""
    assert report.start
    drawn = go.Figure()
    scored, every = report.evaluated, 1 + len(report.points) // MOST_DRAWN
    for color, name in zip(COLORS, order.tasks, strict=False):
        steps, scores = [0, *(p.step for p in scored)], [report.start.before[name], *(p.dev[name] for p in scored)]
        points = [point for point in report.points[::every] if point.task == name]
        look = {"line": {"color": color, "width": 2}, "legendgroup": name}
        drawn.add_scatter(x=steps, y=scores, name=name, mode="lines+markers", yaxis="y2", **look)
        dotted = {"color": color, "width": 1, "dash": "dot"}
        losses = [point.loss for point in points]
        drawn.add_scatter(x=[p.step for p in points], y=losses, mode="lines", line=dotted, legendgroup=name,
                          name=f"{name}, loss", showlegend=False)  # fmt: skip
    drawn.update_layout(score_beside_loss(report.start.steps, "loss (dotted)"))
    with figure("Learning curves", key):
        chart(drawn, f"{key}-chart", f"Scores and losses of {len(order.tasks)} tasks that learn together.", height=380)
    measures = (f"{name}: {MEASURES[one.plan.task]}" for name, one in order.tasks.items())
    show(f'<p class="pg-legend">Scores on held-out rows. {escape("; ".join(measures))}.</p>')


def ended(job: Job) -> None:
    """How it ended, what came of each task, and where to try it."""
    report: SharedReport | None = job.result or job.shown
    order: SharedOrder = job.work.order
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None or report.outcome is None:
        show(callout("Stopped before its first step.", "Nothing was kept.", "note"))
    if report and report.warning:
        show(callout(report.warning, "", "note"))
    if report is None or report.start is None or not report.points:
        return
    if report.outcome:
        results(report, report.outcome, order)
        for n, (name, checkpoint) in enumerate(report.checkpoints.items()):
            to_try(n, name, checkpoint)
    show(subtitle("How they learned"))
    curves(report, order, "several-curve")


def results(report: SharedReport, outcome: SharedOutcome, order: SharedOrder) -> None:
    """The score of each task together and alone, with errors; of several seeds the means. And the memory it took."""
    found, seeds = together_and_alone(report), len(report.seeds)
    nobody = all(one.alone is None for one in found)
    cells = [
        [
            escape(one.task),
            escape(MEASURES[order.tasks[one.task].plan.task]),
            f"{one.share:.0%}",
            f"{100 * one.before:.1f}",
            percent_said(one.together, one.error, len(order.tasks[one.task].dev)),
            *([] if nobody else [alone_of(one, len(order.tasks[one.task].dev))]),
        ]
        for one in found
    ]
    headers = ["Task", "Measure", "Of the steps", "Before, %", "Together, %", *([] if nobody else ["Alone, %"])]
    how = f"weights after step {outcome.best:,}, {outcome.seconds:.0f} s of processor time together"
    if seeds > 1:
        how = f"means of {seeds} seeds; the models are those of the best, {how}"
    groups = (("What is learned", 3), ("Score on held-out rows", len(headers) - 3))
    with figure("Together and alone", "several-table", order.first.plan.checkpoint):
        show(subtitle("Together and alone", how))
        show(table(headers, cells, "Scores together and alone", range(2, len(headers)), groups=groups))
    memory = memory_said(report.start.expected_mb, outcome.peak_mb) if report.start else ""
    show(f'<p class="pg-legend">{escape(f"{in_words(found, seeds)} {memory}")}</p>')
    download("Scores, CSV", lambda: csv([vars(one) for one in found]), "together-and-alone.csv", "text/csv")


def alone_of(one: TaskScore, held_out: int) -> str:
    """The score of a task by itself, empty if that was stopped."""
    return "" if one.alone is None else percent_said(one.alone, one.alone_error, held_out)


def in_words(found: tuple[TaskScore, ...], seeds: int) -> str:
    """Which tasks gained from learning together, and which lost."""
    known = [one for one in found if one.alone is not None]
    if not known:
        return "None was trained alone, so what learning together brings is not known."
    said = []
    for what, kind in (("better together", 1), ("better alone", -1), ("no difference beyond chance", 0)):
        if names := [one.task for one in known if one.verdict == kind]:
            said.append(f"{listed(names)}: {what}")
    errors = "Errors come from the number of held-out rows alone: one seed was trained."
    if seeds > 1:
        errors = "Errors come from the number of held-out rows or from the seeds, whichever is larger."
    return f"{'; '.join(said)}. {errors}"


def to_try(n: int, name: str, checkpoint: str) -> None:
    """Where the model of a task can be tried, and its download."""
    row = trained(checkpoint)
    if row is None:
        return
    show(
        callout(f"{name} is ready.", "It is yours alone, and on every page until the server restarts. Try it:", "note")
    )
    with st.container(horizontal=True, key=f"several-links-{n}"):
        links(row, most=4)
        archive = partial(library.get_library().archive, row.id)  # made where nobody knows whose visit it is
        download("Download", archive, f"{file_stem(row.name)}.zip", "application/zip", key=f"several-download-{n}")
