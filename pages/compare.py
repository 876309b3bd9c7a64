"""Compare: one input, any task, two to four checkpoints, answers beside what they cost."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.catalog import load_catalog
from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.figure import figure
from pages.ui.guard import guard
from pages.ui.render import answers, cost, heads, texts, words
from pages.ui.side_by_side import Reply, ask, draw, status_of

PICTURES: dict[str, Callable[[Any], None]] = {  # the first is what the page opens with
    "fill-mask": words.mask_fills,
    "candidate-ranking": words.candidates,
    "pseudo-likelihood": words.expectedness,
    "token-classification": words.entities,
    "question-answering": answers.answers,
    "text-classification": texts.labels,
    "zero-shot-classification": texts.labels,
    "sentence-similarity": texts.similarity,
    "feature-extraction": texts.vector,
    "attention": heads.overview,
}


def cost_table(replies: list[Reply]) -> None:
    """Milliseconds, tokens, parameters and memory of those that answered."""
    with figure("Cost", "cost"):
        cost.table([(load_catalog()[one.checkpoint], one.results, status_of(one.checkpoint)) for one in replies])


frame.header(__file__)
task = st.selectbox("Task", list(PICTURES), **inputs.kept("task"))
checkpoints, request = inputs.ask(task, f"compare_{task}", default=2)
with guard():
    replies = draw(ask(task, checkpoints, [request]), lambda reply: PICTURES[task](reply.result))
    if replies:
        cost_table(replies)
    leave_row("compare", replies)
frame.footer(__file__)
