"""A training as it goes: loss, score, rate, what is frozen, what it says of the visitor's sentences."""

from collections.abc import Sequence
from typing import Any, Protocol

import plotly.graph_objects as go

from core.finetuning.memory import MemoryNeed
from core.finetuning.plan import TrainingPlan
from core.finetuning.report import TrainingPoint, TrainingReport, Watched
from core.jobs import Job
from core.text.phrases import chance
from pages.ui.app import jobs
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, chart
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table

OVERFITTING = 3  # evaluations in a row with a falling loss and no better score
MOST_DRAWN = 500  # points of the loss
MEASURED_FROM = 6  # the first steps compile, so they say nothing of the others


class Timed(Protocol):
    """A point of a training: its step, and the processor time until then."""

    @property
    def step(self) -> int: ...

    @property
    def seconds(self) -> float: ...


def picture(key: str, job: Job) -> None:
    """The picture of a running training."""
    report: TrainingReport = job.shown or TrainingReport()
    jobs.bar(key, job, so_far(job, report), share=None if report.points else 0.0)
    if not report.points:
        return
    if sign := overfits(report.evaluated):
        show(callout("It may be learning the rows by heart.", sign, "note"))
    numbers(report)
    curves(report, f"{key}-live")
    sentences(report.evaluated)


def so_far(job: Job, report: TrainingReport) -> str:
    """How far it is, in words."""
    if report.place:
        return f"Waiting: place {report.place} in the queue"
    if not report.points:
        return "Getting ready"
    last, steps = report.points[-1], report.start.steps if report.start else 0
    plan = job.work.order.plan
    which = f"Seed {len(report.seeds) + 1} of {plan.seeds}, step" if plan.seeds > 1 else "Step"
    done = f"{which} {last.step:,} of {steps:,}"
    if job.progress.stopped:
        return f"{done}, stopping with the best weights"
    left = seconds_left(report, steps * (plan.seeds - len(report.seeds)))
    return f"{done}, {jobs.duration(left)} left" if left is not None else done


def seconds_left(report: TrainingReport, steps: int) -> float | None:
    """By the pace of the latest training; None before it is known."""
    pace = seconds_a_step(report.points)
    return None if pace is None else pace * (steps - report.points[-1].step)


def seconds_a_step(points: Sequence[Timed]) -> float | None:
    """By the steps after the first few; None before there are any."""
    known = [point for point in points if point.step >= MEASURED_FROM]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    return (last.seconds - first.seconds) / max(1, last.step - first.step)


def score_beside_loss(steps: int, loss: str = "loss") -> dict[str, Any]:
    """The layout of a chart with a loss on the left and a score on the right."""
    return {
        "xaxis": {"title": "step", "range": [0, steps]},
        "yaxis": {"title": loss, "rangemode": "tozero"},
        "yaxis2": {
            "title": "score",
            "overlaying": "y",
            "side": "right",
            "range": [0, 1.02],
            "showgrid": False,
            "dtick": 0.25,
            "tickformat": ".0%",
        },
    }


def overfits(evaluated: Sequence[TrainingPoint]) -> str:
    """The sign of overfitting, if there is one: the loss falls and the score has not risen for some evaluations."""
    if len(evaluated) <= OVERFITTING:
        return ""
    best = max(evaluated, key=lambda point: point.dev or 0.0)
    since = [point for point in evaluated if point.step > best.step]
    if len(since) < OVERFITTING or since[-1].loss >= best.loss:
        return ""
    return f"The loss still falls, but the best score, {best.dev:.3f}, was at step {best.step:,}. Stop keeps that one."


def numbers(report: TrainingReport) -> None:
    """The latest numbers."""
    assert report.start
    last, layers, scored = report.points[-1], report.start.layers, report.evaluated
    frozen = "nothing is frozen"
    if last.frozen_below > layers:
        frozen = "the encoder is frozen"
    elif last.frozen_below:
        frozen = f"embeddings and layers below {last.frozen_below} are frozen"
    parts = [
        f"loss <b>{last.loss:.3f}</b>",
        f"rate {last.learning_rate:.2g}",
        f"gradient norm {last.gradient_norm:.2f}",
    ]
    if scored:
        was = f" (before: {report.before.before:.3f})" if report.before else ""
        parts.insert(1, f"score <b>{scored[-1].dev:.3f}</b>{was}")
    show(f'<p class="pg-legend">{" · ".join(parts)} · {escape(frozen)}</p>')


def curves(report: TrainingReport, key: str) -> None:
    """Loss of the batches and score on the held-out rows, over the steps."""
    assert report.start
    points = report.points[:: 1 + len(report.points) // MOST_DRAWN]
    scores = [(0, report.before.before)] if report.before else []
    scores += [(point.step, point.dev or 0.0) for point in report.evaluated]
    drawn = go.Figure(
        [
            go.Scatter(x=[p.step for p in points], y=[p.loss for p in points], name="loss", mode="lines",
                       line={"color": ORANGE, "width": 2}),
            go.Scatter(x=[step for step, _ in scores], y=[score for _, score in scores],
                       name="score on held-out rows", mode="lines+markers", yaxis="y2",
                       line={"color": BLUE, "width": 2}),
        ]
    )  # fmt: skip
    drawn.update_layout(score_beside_loss(report.start.steps))
    with figure("Learning curve", key):
        chart(drawn, f"{key}-chart", f"Loss and score over {points[-1].step:,} steps.")


def sentences(evaluated: Sequence[TrainingPoint]) -> None:
    """What it says of the visitor's sentences now, and what it said first."""
    if not evaluated or not evaluated[-1].watched:
        return
    lines = [
        [escape(now.text), f"{escape(first.label)}{sure(first)}", f"<b>{escape(now.label)}</b>{sure(now)}"]
        for first, now in zip(evaluated[0].watched, evaluated[-1].watched, strict=True)
    ]  # fmt: skip
    show(subtitle("Your sentences") + table(["Sentence", "At first", "Now"], lines, "Your sentences as it learns"))


def sure(one: Watched) -> str:
    """The probability of the class, where there is one."""
    return "" if one.probability is None else f" {chance(one.probability)}"


def shape_of(plan: TrainingPlan, layers: int) -> None:
    """The rates of the layers as bars, where they differ; nothing where they do not or the layers are not known."""
    if plan.layer_decay == 1 or not layers:
        return
    depths = ["embeddings", *(f"layer {n}" for n in range(1, layers + 1)), "head"]
    rates = [plan.rate * plan.layer_decay ** (layers + 1 - n) for n in range(layers + 2)]
    drawn = go.Figure(go.Bar(x=rates, y=depths, orientation="h", marker_color=GREEN))
    drawn.update_layout(xaxis={"title": "highest learning rate"})
    show(
        subtitle(
            "Layer-wise rates", f"the embeddings learn at {plan.layer_decay ** (layers + 1):.0%} of the head's rate"
        )
    )
    chart(drawn, "finetune-rates", f"Learning rates of {layers} layers.", height=40 + 26 * len(depths))


def parts_of(need: MemoryNeed) -> None:
    """What the memory is for, in one line."""
    parts = {
        "libraries": need.process,
        "weights": need.weights,
        "building the network": need.loading if need.loading > need.learning else 0.0,
        "gradients and their moments": 0.0 if need.loading > need.learning else need.gradients + need.moments,
        "the best weights so far": 0.0 if need.loading > need.learning else need.best,
        "a batch": 0.0 if need.loading > need.learning else need.activations,
        "held-out rows": need.asking,
    }
    told = " · ".join(f"{name} {size:,.0f} MB" for name, size in parts.items() if size >= 1)
    show(f'<p class="pg-legend">Memory: {escape(told)}</p>')
