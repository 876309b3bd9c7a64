"""The answers of several checkpoints, each in a column of its own, with its cost."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from core.comparison import agreement
from core.comparison.agreement import UNMARKED, Agreement, Odd
from core.engine import CheckpointStatus
from pages.ui.answers import cost
from pages.ui.app import engine, library
from pages.ui.app.guard import guard
from pages.ui.app.replies import Reply
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs import examples

MARKED = "Differences have a dashed outline."


def draw(replies: Sequence[Reply], picture: Callable[[Any], None]) -> list[Reply]:
    """Draws each reply in its column: who answers and the picture as a figure, then the cost.

    Gives back those without an error.
    """
    if not replies:
        return []
    examples.look([one.checkpoint for one in replies])
    gap: Literal["large", "medium"] = "large" if len(replies) < 3 else "medium"
    for column, one in zip(st.columns(len(replies), gap=gap), replies, strict=True):
        with column, guard():
            with figure("", one.checkpoint, one.checkpoint):
                cost.heading(library.catalog()[one.checkpoint])
                if one.error:
                    raise one.error
                picture(one)
            cost.strip(one.results, status_of(one.checkpoint))
    return [one for one in replies if not one.error]


def agreed(replies: Sequence[Reply]) -> Agreement | None:
    """How far those that answered a single request agree; None where there are fewer than two."""
    results = [one.result for one in replies if not one.error]
    return agreement(results) if len(results) > 1 else None


def draw_marked(replies: Sequence[Reply], found: Agreement | None, picture: Callable[[Any, Odd], None]) -> list[Reply]:
    """The same for a single request; where several answer, how far they agree, and in each what the others lack."""
    odd: dict[str, Odd] = {}
    if found:
        odd = dict(zip((one.checkpoint for one in replies if not one.error), found.odd, strict=True))
        show(callout(found.sentence, hint(found), "note"))
    return draw(replies, lambda reply: picture(reply.result, odd.get(reply.checkpoint, UNMARKED)))


def hint(found: Agreement) -> str:
    """The number behind a sentence, and how what differs is marked."""
    overlap = "" if found.share is None else f"Overlap {100 * found.share:.0f}%."
    return f"{overlap} {MARKED if any(found.odd) else ''}".strip()


def status_of(checkpoint: str) -> CheckpointStatus:
    """What the checkpoint weighs now: nothing if it went a moment ago."""
    rows = engine.status().checkpoints
    return next((row for row in rows if row.id == checkpoint), CheckpointStatus(checkpoint, 0, 0, False, 0))
