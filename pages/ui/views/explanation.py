"""What the answer of a checkpoint rests on, as a figure of its own."""

from collections.abc import Callable

import streamlit as st

from core.engine import Engine
from core.inspect.attribution import Attribution
from pages.ui.answers import explained
from pages.ui.app import engine
from pages.ui.app.guard import guard
from pages.ui.app.replies import Reply
from pages.ui.figures.figure import figure


def rests_on(reply: Reply, explain: Callable[[Engine, str], Attribution]) -> None:
    """Explains the reply and draws what comes out; what cannot be explained is said, the answer stays."""
    with guard(), figure("Explain this answer", f"why-{reply.checkpoint}"):
        with st.spinner("Removing each word in turn"):
            found = explain(engine.get_engine(), reply.checkpoint)
        explained.rests_on(found)
