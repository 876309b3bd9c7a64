"""What the answer of a checkpoint rests on, as a figure of its own, and the way to the page that asks other methods."""

import streamlit as st

from core.inspect.attribution import occlude
from core.inspect.subject import Subject
from pages.ui.answers import explained
from pages.ui.app import engine
from pages.ui.app.guard import guard
from pages.ui.app.page_table import find_page, link_target
from pages.ui.app.replies import Reply
from pages.ui.figures.figure import figure
from pages.ui.inputs.writing import LONGEST_IN_ADDRESS


def rests_on(reply: Reply, subject: Subject) -> None:
    """Explains the reply and draws what comes out; what cannot be explained is said, the answer stays."""
    with guard(), figure("Explain this answer", f"why-{reply.checkpoint}"):
        with st.spinner("Removing each word in turn"):
            found = occlude(engine.get_engine(), reply.checkpoint, subject)
        explained.rests_on(found)
    more_methods(reply.checkpoint, subject)


def more_methods(checkpoint: str, subject: Subject) -> None:
    """A link to the page Explain with the same texts and the same number; short texts alone fit into an address."""
    texts = {field: text for field, text in zip(subject.fields, subject.pair, strict=True) if text}
    if max(map(len, texts.values())) > LONGEST_IN_ADDRESS:
        return
    prefix, page = f"explain_{subject.task}", find_page("explain.py")
    query = {f"{prefix}_{field}": text for field, text in texts.items()}
    target = subject.target
    wanted = subject.pair[0][target.start : target.end] if subject.task == "token-classification" else target.name
    query |= {"explain_task": subject.task, f"{prefix}_checkpoints": checkpoint}
    if wanted:
        query[f"{prefix}_wanted"] = wanted
    st.page_link(link_target(page), label="Compare with other methods", icon=page.icon, query_params=query)
