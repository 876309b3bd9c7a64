"""Leaderboard: small variants pretrained alike: what each learned, what it costs, how it learned, which claims hold."""

import streamlit as st

from core.leaderboard import read_board
from pages.ui import board, engine, frame, inputs
from pages.ui.guard import guard
from pages.ui.render.leaderboard import no_variant

VIEWS = {"Scores": board.scores, "Curves": board.curves, "Claims": board.claims}

frame.header(__file__)
draw = VIEWS[inputs.view("leaderboard_view", VIEWS)]
with guard():
    with st.spinner("Reading cards and curves", show_time=True):
        found = read_board(engine.get_engine())
    if found.entries:
        draw(found)
    else:
        no_variant()
frame.footer(__file__)
