"""Examples gained and lost: the held-out rows on which a trained model differs from what it was, or from another."""

import streamlit as st

from core.finetuning.gained import ChangedRow, Said, gains_and_losses
from core.finetuning.report import TrainingReport
from core.finetuning.run_folder import TrainingOrder
from pages.ui.figures.export import csv, download
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import escape, shorten, show, subtitle, table
from pages.ui.views.training import history

MOST_SHOWN = 10  # of each kind
NONE = {"question-answering": "no answer", "token-classification": "no name"}


def gained_and_lost(id: str, order: TrainingOrder, found: TrainingReport) -> None:
    """The rows, beside what the visitor chooses; a word where there is nothing to compare with."""
    assert found.outcome
    if not found.outcome.labels:
        return
    others = compared_with(id, order, found)
    if not others:
        show(subtitle("Gained and lost"))
        name = order.checkpoints[0].name
        begun = f"{name} began without a head for this, so there is nothing to compare with yet."
        show(f'<p class="pg-legend">{escape(begun)} Train these rows once more, in another way, and see it here.</p>')
        return
    names = list(others)
    name = names[0]
    show(subtitle("Gained and lost"))
    if len(names) > 1:
        name = st.selectbox("Compared with", names, key="finetune_against")
    changed = gains_and_losses(order.plan.task, order.dev, others[name], found.outcome.labels)
    counts = f"{len(changed.gained):,} gained, {len(changed.lost):,} lost"
    known = f"{counts}, {changed.both:,} right both times, {changed.neither:,} wrong both times"
    with figure("Gained and lost", "finetune-gained", order.plan.checkpoint):
        show(f'<p class="pg-legend">{escape(f"Compared with {name}: {known}.")}</p>')
        if (changed.gained or changed.lost) and changed.by_chance:
            show('<p class="pg-legend">A difference this small may be chance.</p>')
        for title, rows in (
            ("Gained: wrong then, right now", changed.gained),
            ("Lost: right then, wrong now", changed.lost),
        ):
            if rows:
                draw(title, rows, NONE.get(order.plan.task, ""))
    if changed.gained or changed.lost:
        download("Gained and lost, CSV", lambda: csv(changed.table()), "gained-and-lost.csv", "text/csv")


def compared_with(id: str, order: TrainingOrder, found: TrainingReport) -> dict[str, Said]:
    """What there is to compare with: the model before it learned, and other trainings of this visit that were asked the
    same held-out rows."""
    others: dict[str, Said] = {}
    if found.before and found.before.labels:
        others[f"{order.checkpoints[0].name} before training"] = found.before.labels
    for run in history.others(id, order, found):
        others[run.name] = run.labels
    return others


def draw(title: str, rows: tuple[ChangedRow, ...], none: str) -> None:
    """The first rows of one kind."""
    cells = [
        [
            f"{row.number:,}",
            escape(shorten(row.text, 160)),
            *(escape(shorten(said, 80)) or f"<i>{none}</i>" for said in (row.label, row.before, row.now)),
        ]
        for row in rows[:MOST_SHOWN]
    ]
    show(f'<p class="pg-legend"><b>{title}</b></p>')
    groups = (("Held-out row", 3), ("It says", 2))
    show(table(["Row", "Text", "Label", "Then", "Now"], cells, title, numeric=[0], groups=groups))
    if len(rows) > MOST_SHOWN:
        show(f'<p class="pg-legend">The first {MOST_SHOWN} of {len(rows):,}.</p>')
