"""Smaller and faster: what a network loses and gains when it is made smaller."""

from pages.ui.app import frame
from pages.ui.views.compress.quantise import quantise_view

VIEWS = {"Quantise and prune": quantise_view}

frame.page(__file__, "compress_view", VIEWS)
