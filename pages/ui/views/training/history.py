"""The trainings of a visit on one chart."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

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
    """A training that is over: its task, what it is called, and its scores as (step, score)."""

    task: str
    name: str
    scores: tuple[tuple[int, float], ...]


def remember(id: str, order: TrainingOrder, report: TrainingReport) -> None:
    """Keeps the curve of a training for this visit; of several seeds, each."""
    runs: dict[str, PastRun] = st.session_state.setdefault(RUNS, {})
    plan, several = order.plan, len(report.seeds) > 1
    for one in report.seeds or (report,):
        seed = getattr(one, "seed", plan.seed)
        if one.start is None or f"{id}-{seed}" in runs:
            continue
        scores = [(0, one.start.before), *((p.step, p.dev) for p in one.points if p.dev is not None)]
        number = 1 + len({known.rpartition("-")[0] for known in runs} - {id})
        name = f"{number}. {order.name}, {METHODS[plan.method]}{f', seed {seed}' if several else ''}"
        runs[f"{id}-{seed}"] = PastRun(plan.task, name, tuple(scores))


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
