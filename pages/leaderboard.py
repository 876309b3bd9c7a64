"""Leaderboard: small variants pretrained alike: which claims hold, what each learned, what it costs, how it learned."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.leaderboard.board import Board, read_board
from pages.ui.app import engine, frame, library
from pages.ui.app.desk import answer
from pages.ui.views.leaderboard import board
from pages.ui.views.leaderboard.pictures import no_variant


def show(draw: Callable[[Board], None]) -> None:
    """A view of the board, once that is read."""
    with answer():
        with st.spinner("Reading cards and curves", show_time=True):
            found = read_board(engine.get_engine(), library.get_library())
        if found.entries:
            draw(found)
        else:
            no_variant()


VIEWS = {
    "Claims": partial(show, board.claims),
    "Scores": partial(show, board.scores),
    "Curves": partial(show, board.curves),
}

frame.page(__file__, "leaderboard_view", VIEWS)
