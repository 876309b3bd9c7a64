"""A pretraining as it goes and as it ended: loss, score on held-out text, the fills of the visitor's sentence."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from plotly.subplots import make_subplots

from core.jobs import Job
from core.pretraining.card import NAMES, measure_of
from core.pretraining.job import PretrainOrder
from core.pretraining.plan import Contender, PretrainPlan
from core.pretraining.report import PieceFill, PretrainPoint, PretrainReport
from core.text.phrases import chance
from core.text.spans import PLACEHOLDER
from pages.ui.app import jobs, library
from pages.ui.app.keys import file_stem
from pages.ui.figures.chart import BLUE, ORANGE, chart
from pages.ui.figures.export import download
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.views.models.adding import links
from pages.ui.views.training.outcome import trained

COLORS = (BLUE, ORANGE)
MOST_DRAWN = 400  # points of a loss


def name_of(one: Contender) -> str:
    """A contender with its rate."""
    return f"{NAMES[one.objective]} {one.rate:.0%}"


def picture(key: str, job: Job) -> None:
    """The picture of a running pretraining."""
    report: PretrainReport = job.shown or PretrainReport()
    plan: PretrainPlan = job.work.order.plan
    jobs.bar(key, job, so_far(job, plan, report), share=None if report.points else 0.0)
    if report.points:
        curves(plan, report, f"{key}-live")
        fills(plan, report)


def so_far(job: Job, plan: PretrainPlan, report: PretrainReport) -> str:
    """How far it is, in words."""
    if report.place:
        return f"Waiting: place {report.place} in the queue"
    if not report.points:
        return "Getting ready"
    if job.progress.stopped:
        return "Stopping with the best weights"
    steps = sum(points[-1].step for n in range(len(plan.contenders)) if (points := report.of(n)))
    if plan.tokens:
        return f"Step {steps:,}, {job.progress.done:,} of {job.progress.total:,} tokens"
    return f"Step {steps:,}, {job.progress.done} of {job.progress.total} s of processor time"


def curves(plan: PretrainPlan, report: PretrainReport, key: str) -> None:
    """The score on held-out text above, the loss below as a share of what it was at first, for every contender."""
    drawn = make_subplots(rows=2, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.6, 0.4])
    for n, one in enumerate(plan.contenders):
        points, scored = report.of(n), report.evaluated(n)
        points = points[:: 1 + len(points) // MOST_DRAWN]
        look = {"mode": "lines", "line": {"color": COLORS[n], "width": 2}, "name": name_of(one), "legendgroup": n}
        drawn.add_scatter(x=spent(plan, scored), y=[p.score for p in scored], row=1, col=1, **look)
        losses = [p.loss / points[0].loss for p in points] if points else []
        drawn.add_scatter(x=spent(plan, points), y=losses, row=2, col=1, showlegend=False, **look)
    drawn.update_yaxes(title="held-out score", tickformat=".0%", rangemode="tozero", row=1, col=1)
    drawn.update_yaxes(title="loss", tickformat=".0%", rangemode="tozero", row=2, col=1)
    drawn.update_xaxes(title="tokens read" if plan.tokens else "seconds of processor time", row=2, col=1)
    drawn.update_xaxes(range=[0, plan.tokens or plan.seconds])
    with figure("Learning curves", key):
        chart(drawn, f"{key}-chart", f"Score and loss over {len(report.points):,} points.", height=420)
    measures = dict.fromkeys(f"{NAMES[one.objective]}: {measure_of(one)}" for one in plan.contenders)
    show(
        f'<p class="pg-legend">Held-out score, {escape("; ".join(measures))}. The loss is that of a batch, '
        "as a share of the first one.</p>"
    )


def spent(plan: PretrainPlan, points: Sequence[PretrainPoint]) -> list[float]:
    """What the points had cost, in what the plan counts."""
    return [point.tokens if plan.tokens else point.seconds for point in points]


def fills(plan: PretrainPlan, report: PretrainReport) -> None:
    """What each puts into the visitor's sentence, at first and now."""
    rows = []
    for n, one in enumerate(plan.contenders):
        scored = [point for point in report.evaluated(n) if point.fills]
        if scored:
            rows.append([escape(name_of(one)), said(scored[0].fills), f"<b>{said(scored[-1].fills)}</b>"])
    if not rows:
        return
    note = "the generator fills; below each word, how probably it looks swapped"
    show(subtitle(f"“{plan.sentence}”", note if any(one.detects for one in plan.contenders) else ""))
    show(table(["Objective", "At first", "Now"], rows, "What stands in the gap as it learns"))


def said(found: Sequence[PieceFill]) -> str:
    """The fills with their probabilities."""
    return "<br>".join(
        f"{escape(one.word)} {chance(one.probability)}"
        + ("" if one.doubt is None else f", swapped? {chance(one.doubt)}")
        for one in found
    )


def to_try(plan: PretrainPlan, report: PretrainReport, contender: int) -> str:
    """The visitor's sentence for another page; for a detector, with the best word in its gap."""
    filled = [point.fills[0].word for point in report.evaluated(contender) if point.fills]
    if plan.contenders[contender].detects and filled:
        return PLACEHOLDER.sub(lambda _: filled[-1], plan.sentence)
    return plan.sentence


def outcomes(order: PretrainOrder, report: PretrainReport) -> None:
    """The scores, why each ended, and where to try it."""
    assert report.start
    for one, checkpoint in zip(report.outcomes, report.checkpoints or ("",) * 2, strict=False):
        contender = order.plan.contenders[one.contender]
        show(
            f'<div class="pg-cosine"><b>{100 * one.score:.1f}%</b><span>{escape(name_of(contender))}: '
            f"{measure_of(contender)}</span></div>"
            f'<p class="pg-legend">{escape(one.why)} The best weights are those after step {one.best:,}. It read '
            f"{one.tokens:,} tokens in {one.seconds:.0f} s of processor time; the text has {report.start.tokens:,}.</p>"
        )
        row = trained(checkpoint)
        if row:
            show(callout(f"{row.name} is ready.", "It is yours alone, until the server restarts. Try it:", "note"))
            with st.container(horizontal=True, key=f"pretrain-links-{one.contender}"):
                links(row, most=4, text=to_try(order.plan, report, one.contender))
                archive = partial(library.get_library().archive, row.id)  # made where nobody knows whose visit it is
                download("Download", archive, f"{file_stem(row.name)}.zip", "application/zip")
