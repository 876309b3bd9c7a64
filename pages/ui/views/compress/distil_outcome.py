"""What came of a distillation: what the student keeps, what it costs, and where to try it."""

import streamlit as st

from core.comparison.certainty import SURE, percent_said
from core.distillation.job import DistilOrder
from core.distillation.plan import DISTILBERT
from core.distillation.report import (
    ALONE,
    CUT,
    NAMES,
    STUDENT,
    DistilledNetwork,
    DistilOutcome,
    DistilReport,
    network_rows,
)
from core.finetuning.plan import MEASURES
from pages.ui.app import library
from pages.ui.app.keys import file_stem
from pages.ui.figures.export import download, leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.views.models.adding import links
from pages.ui.views.training.outcome import beside, memory_said, trained

PAPERS = (
    f"In the papers: with half of BERT’s layers, DistilBERT kept {DISTILBERT:.1%} of its mean score on GLUE, 77.0 of "
    "79.5, and read one task’s dev set in 410 s instead of 668 "
    '(<a href="https://arxiv.org/abs/1910.01108">Sanh et al. 2019</a>). Before that it read BERT’s own texts for about '
    "90 hours on eight graphics cards; here a student reads only the rows that you give it. The loss weights here "
    'begin as in <a href="https://github.com/huggingface/transformers/blob/c8dfc84ee87d238ad88090d677fe5f1bae4739cf/'
    'examples/research_projects/distillation/README.md">its authors’ training command</a>: 5 for the teacher’s '
    "probabilities, 2 for the right answers, 1 for the hidden states."
)


def outcome(order: DistilOrder, report: DistilReport) -> None:
    """What the student keeps, beside what is compared with it; and the student itself."""
    found = report.outcome
    assert found
    student = found.network(STUDENT)
    assert student
    before, teacher = found.before, order.checkpoints[0]
    expected_mb = report.start.expected_mb if report.start else 0.0
    show(
        f'<div class="pg-cosine"><b>{100 * student.kept:.1f}%</b><span>± {100 * student.kept_error:.1f}% of its '
        f"teacher’s score kept, with {student.layers} of {before.layers} layers "
        f"(DistilBERT: {DISTILBERT:.1%} with 6 of 12)</span></div>"
        f'<p class="pg-legend">{escape(costs(student, before))}</p>'
        f'<p class="pg-legend">{escape(verdict(found))} {escape(memory_said(expected_mb, found.peak_mb))}</p>'
    )
    row = trained(report.checkpoint)
    if row:
        own = library.get_library()  # the file is made where nobody knows whose visit it is
        show(
            callout(f"{row.name} is ready.", "It is yours alone, and on every page until the server restarts.", "note")
        )
        with st.container(horizontal=True, key="distil-links"):
            links(row)
            beside(row, label="Student and teacher")
            download("Download", lambda: own.archive(row.id), f"{file_stem(row.name)}.zip", "application/zip")
    measure = f"{MEASURES[order.plan.task]} on {len(order.dev):,} held-out rows"
    with figure("Teacher and student", "distil-table", teacher.id):
        networks(found, measure, len(order.dev))
    show(f'<p class="pg-legend">{PAPERS}</p>')
    leave_table("distilled", network_rows(teacher.id, found), {teacher.id: measure})


def costs(student: DistilledNetwork, teacher: DistilledNetwork) -> str:
    """What the student costs beside its teacher."""
    return (
        f"{student.mb / teacher.mb:.0%} of the size; {teacher.alone_ms / student.alone_ms:.2f} times as fast on a text "
        f"alone, {teacher.batch_ms / student.batch_ms:.2f} times on 32 together, measured here and now on one core."
    )


def verdict(found: DistilOutcome) -> str:
    """What the teacher brought, as far as chance lets one say."""
    student, cut, alone = (found.network(what) for what in (STUDENT, CUT, ALONE))
    assert student
    assert cut
    said = [f"Before it learned, the student kept {cut.kept:.1%}."]
    if student.kept - 1 > SURE * student.kept_error:
        said.append("It is better than its teacher: the right answers taught it what the teacher does not know.")
    if alone:
        apart = f"{100 * abs(found.ahead):.1f} ± {100 * found.ahead_error:.1f} points"
        where = "above" if found.ahead > 0 else "below"
        known = "" if abs(found.ahead) > SURE * found.ahead_error else " (this may be chance)"
        said.append(
            f"It ends {apart} {where} the same student taught by right answers alone{known}."
            if found.ahead
            else "It ends level with the same student taught by right answers alone."
        )
    return " ".join(said)


def networks(found: DistilOutcome, measure: str, held_out: int) -> None:
    """All numbers."""
    cells = [
        [
            NAMES[one.what],
            f"{one.layers}",
            f"{one.weights / 1e6:,.1f} M",
            f"{one.mb:,.1f}",
            f"{one.alone_ms:.2f}",
            f"{one.batch_ms:.2f}",
            percent_said(one.score, one.error, held_out),
            f"{100 * one.kept:.1f} ± {100 * one.kept_error:.1f}" if one is not found.before else "",
        ]
        for one in found.networks
    ]
    headers = ["Network", "Layers", "Weights", "MB", "ms alone", "ms in 32", "score, %", "kept, %"]
    told = {
        "MB": "The file of the weights in float32",
        "ms alone": "Milliseconds of one processor core for a text that is read alone; students of a size share it",
        "ms in 32": "The same for one of 32 texts that are read together",
        "kept, %": "Of the teacher's score on the same rows, with the standard error of the share (bootstrap)",
    }
    show(subtitle("Teacher and student", measure))
    show(table(headers, cells, "Teacher and students", range(1, 8), told=told))
