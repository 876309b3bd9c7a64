"""The views of the leaderboard: what can be chosen in each, what is drawn, what leaves."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.leaderboard.board import Board, curve_rows, head_curves, table
from core.leaderboard.claims import Finding, claim_rows, findings
from core.leaderboard.columns import COSTS, QUALITY, Column
from pages.ui.app import library
from pages.ui.app.desk import settings
from pages.ui.app.link import to_compare
from pages.ui.figures.export import Rows, leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import MOST_CHECKPOINTS
from pages.ui.inputs.kept import kept
from pages.ui.views.leaderboard import pictures

PRETRAINING, TRAININGS = "Pretraining", {column.title: column for column in QUALITY if column.head}
FIELDS = {  # what is drawn -> the field of a curve's points
    "Masked-token accuracy": "masked_accuracy",
    "Loss": "loss",
    "Next-sentence accuracy": "next_sentence_accuracy",
    "Swap-detection accuracy": "detection_accuracy",
    "Swap-detection F1": "detection_f1",
}


def choose(label: str, columns: Sequence[Column], key: str, place: Any = st) -> Column:
    """One of the columns, by its title."""
    titles = {column.title: column for column in columns}
    return titles[place.selectbox(label, list(titles), **kept(f"leaderboard_{key}"))]


def scores(board: Board) -> None:
    """The table, and quality against cost."""
    place = st.container()
    first = choose("Sort by", (*QUALITY, *COSTS), "column")
    with place, figure("Scores and costs", "table"):
        pictures.scores(board, first)
    with st.expander("What the columns mean"):
        pictures.meanings(board)
    ranked = [entry.row.id for entry in board.ranked(first.id)]
    side_by_side("Try the best in Compare", first, ranked, "best")
    left, right = st.columns(2)
    quality, cost = choose("Quality", QUALITY, "quality", left), choose("Cost", COSTS, "cost", right)
    with figure("Quality vs. cost", "trade"):
        pictures.trade(board, quality, cost, "leaderboard-trade")
    leave("leaderboard", board, table(board))


def curves(board: Board) -> None:
    """How each of them learned."""
    with settings():
        training = st.selectbox("Training", [PRETRAINING, *TRAININGS], **kept("leaderboard_training"))
    column = TRAININGS.get(training)
    found = head_curves(library.catalog(), board, column.head if column else "")
    fields = {name for points in found.values() for point in points for name in point}
    titles = [title for title, field in FIELDS.items() if field in fields]
    if not titles:
        show(callout("No variant has a curve for this training.", "Choose another above.", "note"))
        return
    with settings():
        title = st.selectbox("Measure", titles, **kept("leaderboard_field"))
        axis = st.selectbox("X axis", list(pictures.AXES), **kept("leaderboard_axis"))
    with figure("Curves", "curves"):
        pictures.curves(found, library.catalog(), (title, FIELDS[title]), axis, "leaderboard-curves")
    if column and column.lessons:
        st.caption(column.lessons)
    leave("curves", board, curve_rows(found))


def claims(board: Board) -> None:
    """What the papers say, and what came out here."""
    found = findings(board)
    if not found:
        show(
            callout(
                "These variants are not in any of the claims.", "Each claim compares a variant with BERT's.", "note"
            )
        )
        return
    for one in found:
        with st.container(border=True, key=f"claim-{one.claim.family}"):
            with figure(one.claim.question, one.claim.family):
                pictures.claim(one)
            try_both(one)
    leave("claims", board, claim_rows(found))


def try_both(one: Finding) -> None:
    """The way to Compare with the two of a claim, on the first of its measures whose task both can do."""
    ids = [one.own.row.id, one.other.row.id]
    any(side_by_side("Try the two in Compare", measure.column, ids, one.claim.family) for measure in one.measures)


def side_by_side(label: str, column: Column, variants: Sequence[str], key: str) -> bool:
    """The way to Compare with those variants that can do the column's task; false if fewer than two can."""
    able = {row.id for row in library.catalog().supporting(column.task)}
    ids = [id for id in map(column.checkpoint, variants) if id in able][:MOST_CHECKPOINTS]
    if len(ids) > 1:
        to_compare(label, column.task, ids, f"leaderboard_try_{key}")
    return len(ids) > 1


def leave(name: str, board: Board, rows: Rows) -> None:
    """What can be taken along."""
    leave_table(name, rows, {entry.row.id: f"revision {entry.row.revision}" for entry in board.entries})
