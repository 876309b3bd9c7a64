"""Step by step: one sentence through the network, every number of one layer and one head."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import streamlit as st

from core.text.phrases import quoted
from pages.ui.app import frame
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.steps import steps
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.kept import kept
from pages.ui.inputs.layer_and_head import layer_and_head
from pages.ui.views import claims
from pages.ui.views.elsewhere import fired_elsewhere
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw


def one_text() -> None:
    """A text through one layer and head of each checkpoint."""
    checkpoints, request = ask_for("forward-pass", "steps", first=("minilm-fill-mask",))
    with settings():
        help_text = "Reads sentences of our own and says in the step Neurons on which of their tokens each fires most."
        elsewhere = st.toggle("What fires the neurons in other texts", help=help_text, **kept("steps_elsewhere"))
    with answer():
        first = ask("forward-pass", checkpoints, [request])
        with settings():
            layer, head = layer_and_head(
                "forward-pass", "steps", [reply.result.network for reply in first if not reply.error]
            )
        replies = [one if one.error else of_head(one, layer, head) for one in first]
        good = draw(replies, partial(played, elsewhere=elsewhere))
        leave_row("forward-pass", good, whole=fields_of)


def of_head(reply: Reply, layer: int, head: int) -> Reply:
    """The reply for this layer and head, or the last ones that the checkpoint has."""
    layers, heads = reply.result.network
    wanted = replace(reply.requests[0], layer=min(layer, layers), head=min(head, heads))
    return ask("forward-pass", [reply.checkpoint], [wanted])[0]


def played(reply: Reply, *, elsewhere: bool) -> None:
    """The steps of one checkpoint as a figure; with `elsewhere` it tells on what neurons fire in other texts."""
    result, text = reply.result, reply.requests[0].text
    found = fired_elsewhere(reply.checkpoint, result.layer) if elsewhere else {}
    with figure(f"Layer {result.layer}, head {result.head} of {quoted(text)}", f"step-{reply.checkpoint}"):
        steps(result, f"steps-{reply.checkpoint}", found)


def fields_of(reply: Reply) -> Any:
    """All numbers of the steps for the JSON file."""
    return asdict(reply.result)


def file() -> None:
    """A file of texts: the answer to each, and how exactly its steps follow from each other."""
    file_view("forward-pass", "steps_file")


VIEWS: dict[str, Callable[[], None]] = {
    "One text": one_text,
    "A file": file,
    claims.NAME: partial(claims.claims_view, "steps"),
}

frame.page(__file__, "steps_view", VIEWS)
