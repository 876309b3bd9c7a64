"""The trainings of a visit: on one chart, and to be compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from core.finetuning.gather import TrainingRow
from core.finetuning.report import TrainingReport
from core.finetuning.run_folder import TrainingOrder
from pages.ui.figures.chart import chart
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import show, subtitle

RUNS = "finetune_runs"  # of this visit, by the ids of their jobs
MOST = 8
METHODS = {"head": "head only", "lora": "LoRA", "full": "all weights"}


@dataclass(frozen=True)
class PastRun:
    """A training that is over: its task, what it is called, its scores as (step, score), and what it says of the
    held-out rows."""

    task: str
    name: str
    scores: tuple[tuple[int, float], ...]
    dev: tuple[TrainingRow, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()


def remember(id: str, order: TrainingOrder, report: TrainingReport) -> None:
    """Keeps the curve of a training for this visit; of several seeds, each."""
    runs: dict[str, PastRun] = st.session_state.setdefault(RUNS, {})
    plan, several = order.plan, len(report.seeds) > 1
    for one in report.seeds or (report,):
        seed = getattr(one, "seed", plan.seed)
        if one.start is None or f"{id}-{seed}" in runs:
            continue
        before = [(0, one.before.before)] if one.before else []
        scores = [*before, *((p.step, p.dev) for p in one.points if p.dev is not None)]
        labels = one.outcome.labels if one.outcome else ()
        number = 1 + len({known.rpartition("-")[0] for known in runs} - {id})
        name = f"{number}. {order.name}, {METHODS[plan.method]}{f', seed {seed}' if several else ''}"
        runs[f"{id}-{seed}"] = PastRun(plan.task, name, tuple(scores), order.dev, labels)


def others(id: str, order: TrainingOrder, report: TrainingReport) -> list[PastRun]:
    """The other trainings that were asked the same held-out rows, and the other seeds of this one."""
    known: dict[str, PastRun] = st.session_state.get(RUNS, {})
    kept = next((one.seed for one in report.seeds if one.outcome == report.outcome), order.plan.seed)
    return [
        run
        for key, run in known.items()
        if key != f"{id}-{kept}" and run.task == order.plan.task and run.labels and run.dev == order.dev
    ]


def show_runs() -> None:
    """The scores of the last runs over their steps, where there are several of one task."""
    known: dict[str, PastRun] = st.session_state.get(RUNS, {})
    runs = list(known.values())
    drawn = [run for run in runs if runs and run.task == runs[-1].task][-MOST:]
    if len(drawn) > 1:
        draw(drawn)


def draw(runs: Sequence[PastRun]) -> None:
    """The chart."""
    lines = [
        go.Scatter(x=[step for step, _ in run.scores], y=[score for _, score in run.scores], name=run.name,
                   mode="lines+markers")
        for run in runs
    ]  # fmt: skip
    found = go.Figure(lines)
    found.update_layout(
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "score on held-out rows", "tickformat": ".0%"},
        legend={"orientation": "h", "y": -0.25, "x": 0},
    )
    show(subtitle("Your trainings", "score on held-out rows, in this visit"))
    with figure("Your trainings", "finetune-runs"):
        chart(found, "finetune-runs-chart", f"The scores of {len(runs)} trainings over their steps.", height=360)
