"""What came out of a training: the score, what is confused with what, and where to try the trained model."""

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.errors import PlaygroundError
from core.files.evaluation import evaluate
from core.finetuning.report import TrainingReport
from core.finetuning.run_folder import TrainingOrder
from pages.ui.app import library
from pages.ui.app.keys import file_stem
from pages.ui.figures.export import download
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle, table
from pages.ui.views.files import evaluation
from pages.ui.views.models.adding import links

MOST_WRONG = 10


def report(order: TrainingOrder, found: TrainingReport) -> None:
    """Score, ways to try it, confusion matrix, rows that it gets wrong."""
    outcome = found.outcome
    assert outcome
    assert found.start
    measure = "F1 of names" if order.plan.task == "token-classification" else "accuracy"
    show(
        f'<div class="pg-cosine"><b>{100 * outcome.score:.1f}%</b><span>{measure} on {len(order.dev):,} held-out '
        f"rows, {100 * outcome.before:.1f}% before</span></div>"
        f'<p class="pg-legend">The best weights are those after step {outcome.best:,}. It learned for '
        f"{outcome.seconds:.0f} s of processor time. {escape(uncertainty(outcome.score, len(order.dev)))}</p>"
    )
    row = trained(found.checkpoint)
    if row:
        show(
            callout(
                f"{row.name} is ready.",
                "It is yours alone, and on every page until the server restarts. Try it:",
                "note",
            )
        )
        with st.container(horizontal=True, key="finetune-links"):
            links(row)
            own = library.get_library()  # the file is made where nobody knows whose visit it is
            download(
                "Download",
                lambda: own.archive(row.id),
                f"{file_stem(row.name)}.zip",
                "application/zip",
            )
    if order.plan.task == "text-classification":
        gold, said = [one.labels[0] for one in order.dev], [one[0] for one in outcome.labels]
        judged = evaluate(gold, said, found.start.classes)
        with figure("Confusion matrix", "finetune-confusion"):
            evaluation.confusion(judged)
        wrong(order, said)


def uncertainty(score: float, rows: int) -> str:
    """How sure the score is."""
    error = (score * (1 - score) / max(1, rows)) ** 0.5
    return f"With {rows:,} rows, chance alone moves it by ± {100 * error:.1f} points." if error > 0.005 else ""


def trained(checkpoint: str) -> Checkpoint | None:
    """The row of the trained model, if it is still here and this visitor's."""
    try:
        return library.catalog()[checkpoint] if checkpoint else None
    except PlaygroundError:
        return None


def wrong(order: TrainingOrder, said: list[str]) -> None:
    """Held-out rows that it gets wrong."""
    rows = [
        [f"{one.number:,}", escape(shorten(" | ".join(one.texts), 200)), escape(one.labels[0]), escape(label)]
        for one, label in zip(order.dev, said, strict=True)
        if one.labels[0] != label
    ]
    show(subtitle("What it gets wrong", f"{len(rows):,} of {len(said):,} held-out rows"))
    if rows:
        show(table(["Row", "Text", "Label", "It says"], rows[:MOST_WRONG], "Held-out rows it gets wrong", numeric=[0]))
