"""A distillation as it goes: the losses by part, and the score of the student beside its teacher's."""

from plotly.subplots import make_subplots

from core.distillation.report import DistilReport
from core.jobs import Job
from core.text.phrases import listed
from pages.ui.app import jobs
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, YELLOW, chart
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import show
from pages.ui.views.training.live import seconds_a_step
from pages.ui.views.vectors.space import GREY

MOST_DRAWN = 300  # points of a loss
CONTENDERS = (("student", BLUE), ("taught by right answers alone", ORANGE))
PARTS = {  # the losses, by what pages call them
    "soft": ("teacher’s probabilities", GREEN),
    "hidden": ("hidden states", PINK),
    "own": ("right answers", YELLOW),
}


def picture(key: str, job: Job) -> None:
    """The picture of a running distillation."""
    report: DistilReport = job.shown or DistilReport()
    jobs.bar(key, job, so_far(job, report), share=None if report.points else 0.0)
    if report.points:
        numbers(report)
        curves(report, f"{key}-live")


def so_far(job: Job, report: DistilReport) -> str:
    """How far it is, in words."""
    if report.place:
        return f"Waiting: place {report.place} in the queue"
    if not report.points or report.start is None:
        return "Getting ready"
    last, steps = report.points[-1], report.start.steps
    if job.progress.stopped:
        return f"Step {last.step:,} of {steps:,}, stopping with the best weights"
    if last.step >= steps:
        return "Measuring teacher and student in turn"
    left = seconds_left(report, job.work.order.plan.training.evaluations)
    return f"Step {last.step:,} of {steps:,}" + (f", {jobs.duration(left)} left" if left is not None else "")


def seconds_left(report: DistilReport, evaluations: int) -> float | None:
    """By the pace of each student that still learns; None before it is known."""
    assert report.start
    left, now = 0.0, report.points[-1].step
    for points in map(report.of, {point.contender for point in report.points}):
        pace = seconds_a_step(points)
        if pace is None:
            return None
        if now - points[-1].step <= report.start.steps / evaluations:  # else it has stopped early
            left += pace * (report.start.steps - points[-1].step)
    return left


def numbers(report: DistilReport) -> None:
    """The latest numbers of the student."""
    assert report.start
    points = report.of(0)
    scored = [point.dev for point in points if point.dev is not None]
    said = [f"{PARTS[name][0]} <b>{part:.3f}</b>" for name, part in points[-1].parts.items()] if points else []
    if scored:
        said.append(f"score <b>{scored[-1]:.3f}</b> (teacher {report.start.teacher_score:.3f})")
    show(f'<p class="pg-legend">{" · ".join(said)}</p>')


def curves(report: DistilReport, key: str) -> None:
    """The scores on held-out rows above, with the teacher's as a line; the losses of the student by part below."""
    assert report.start
    start = report.start
    drawn = make_subplots(rows=2, shared_xaxes=True, vertical_spacing=0.1, row_heights=[0.55, 0.45])
    for contender, (name, colour) in enumerate(CONTENDERS):
        scored = [point for point in report.of(contender) if point.dev is not None]
        if report.of(contender):
            drawn.add_scatter(
                x=[0, *(p.step for p in scored)], y=[start.before, *(p.dev for p in scored)], row=1, col=1, name=name,
                mode="lines+markers", line={"color": colour, "width": 2},
            )  # fmt: skip
    drawn.add_scatter(
        x=[0, start.steps], y=[start.teacher_score] * 2, row=1, col=1, name="teacher", mode="lines",
        line={"color": GREY, "width": 2, "dash": "dash"},
    )  # fmt: skip
    points = report.of(0)
    points = points[:: 1 + len(points) // MOST_DRAWN]
    for part, (name, colour) in PARTS.items():
        if points and part in points[0].parts:
            drawn.add_scatter(
                x=[p.step for p in points], y=[p.parts[part] for p in points], row=2, col=1, name=name, mode="lines",
                line={"color": colour, "width": 1.5},
            )  # fmt: skip
    drawn.update_yaxes(title="held-out score", tickformat=".0%", row=1, col=1)
    drawn.update_yaxes(title="loss", rangemode="tozero", row=2, col=1)
    drawn.update_xaxes(range=[0, start.steps])
    drawn.update_xaxes(title="step", row=2, col=1)
    with figure("How the student learned", key):
        names = listed([PARTS[part][0] for part in (points[0].parts if points else ())])
        chart(drawn, f"{key}-chart", f"Held-out scores beside the teacher's, and the losses: {names}.", height=440)
    show('<p class="pg-legend">The losses are those of a batch, before they are weighted.</p>')
