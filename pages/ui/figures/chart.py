"""Plotly charts in the playground's look."""

import plotly.graph_objects as go
import streamlit as st

from pages.ui.app.keys import safe_key
from pages.ui.figures.figure import record

BLUE, ORANGE, GREEN, PINK, YELLOW, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"  # Okabe-Ito
HEIGHT = 320  # pixels


def chart(figure: go.Figure, key: str, alt: str, height: int = HEIGHT) -> None:
    """The figure without a tool bar, its legend above; `alt` says in a sentence what it shows."""
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=height,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        dragmode=False,
    )
    figure.update_xaxes(automargin=True).update_yaxes(automargin=True)
    record(figure)
    st.plotly_chart(figure, key=safe_key(key), alt=alt, config={"displayModeBar": False})
