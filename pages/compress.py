"""Smaller and faster: what a network loses and gains when it is made smaller, and what batches and a cache bring."""

from pages.ui.app import frame
from pages.ui.views.compress.batching import batching_view
from pages.ui.views.compress.distil import distil_view
from pages.ui.views.compress.quantise import quantise_view

VIEWS = {"Quantise and prune": quantise_view, "Distil": distil_view, "Batching and caching": batching_view}

frame.page(__file__, "compress_view", VIEWS)
