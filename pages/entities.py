"""Entities: the names in a text, by kind, and how pieces become names."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.comparison.agreement import Odd
from core.files.rows import rows
from core.inspect.subject import entity_subject
from core.provenance import Row
from core.tasks.token_classification.schema import TokenClassificationResult
from core.tasks.token_classification.snippet import joining_snippet
from core.tasks.token_classification.snippet import snippet as names_snippet
from pages.ui.answers import token_classification
from pages.ui.app import frame, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.kept import kept
from pages.ui.inputs.writing import write
from pages.ui.views.explanation import rests_on
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import agreed, draw, draw_marked

NO_NAME = "—"
WAYS = {
    "none": "every labelled token, ungrouped",
    "simple": "merges neighbouring tokens with the same label, wherever words begin and end",
    "first": "each word takes the label of its first token",
    "average": "each word takes the label with the best average over its tokens",
    "max": "each word takes the label of its most confident token",
}


def names() -> None:
    """The names that are sure enough; where several checkpoints answer, what not all of them found."""
    checkpoints, request = ask_for("token-classification", "entities")
    help_text = "Hides names below this score."
    with settings():
        least = st.slider("Minimum score", 0.0, 1.0, 0.0, 0.05, help=help_text, **kept("entities_least"))
    with answer():
        replies = [sure_enough(one, least) for one in ask("token-classification", checkpoints, [request])]
        place = st.container()
        chosen = choose_name(replies)

        def picture(result: TokenClassificationResult, odd: Odd) -> None:
            token_classification.entities(result, odd, acts=True)
            entity = next((one for one in result.entities if token_classification.entity_label(one) == chosen), None)
            if entity:
                reply = Reply(result.provenance.checkpoint)
                rests_on(reply, entity_subject(request, entity))

        with place:
            good = draw_marked(replies, agreed(replies), picture)
        leave_row("entities", good, code=lambda reply: names_code(reply, least))


def choose_name(replies: Sequence[Reply]) -> str:
    """A name that any checkpoint has found, of which the visitor wants to know what it rests on."""
    answered = [reply.result for reply in replies if not reply.error]
    found = dict.fromkeys(
        token_classification.entity_label(entity) for result in answered for entity in result.entities
    )
    help_text = "Removes each word in turn and measures how the score changes."
    chosen = str(st.selectbox("Explain a name", [NO_NAME, *found], help=help_text, **kept("entities_why")))

    def clicked(name: str) -> None:
        if name in found:
            write("entities_why", NO_NAME if name == chosen else name)

    on_act(clicked)
    return chosen


def sure_enough(reply: Reply, least: float) -> Reply:
    """The reply without the names below a score."""
    kept = [replace(r, entities=tuple(e for e in r.entities if e.score >= least)) for r in reply.results]
    return replace(reply, results=tuple(kept))


def names_code(reply: Reply, least: float) -> str:
    """The code that finds these names."""
    return names_snippet(library.catalog()[reply.checkpoint], reply.requests[0], least)


def ways() -> None:
    """The same labels joined to names in five ways, of which one marks the text, and the pieces themselves."""
    checkpoints, request = ask_for("token-classification", "entities")
    with answer():
        requests = [replace(request, aggregation_strategy=way) for way in WAYS]
        replies = ask("token-classification", checkpoints, requests)
        chosen = request.aggregation_strategy
        good = draw(replies, lambda reply: token_classification.ways_of_joining(reply.results, WAYS, chosen))
        leave_row("ways-of-joining", good, way_rows, code=ways_code)


def ways_code(reply: Reply) -> str:
    """The code that joins the pieces in all ways."""
    return joining_snippet(library.catalog()[reply.checkpoint], reply.requests)


def way_rows(reply: Reply) -> list[Row]:
    """The names of every way, with its name."""
    return [{"strategy": way, **row} for way, r in zip(WAYS, reply.results, strict=True) for row in rows(r)]


def file() -> None:
    """A file of texts."""
    file_view("token-classification", "entities_file")


VIEWS = {"Names": names, "Grouping tokens": ways, "A file": file}

frame.page(__file__, "entities_view", VIEWS)
