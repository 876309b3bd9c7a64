"""One request to several checkpoints: each answers or says why not, in a column of its own, with its cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from core.checkpoints.catalog import spoken
from core.comparison import agreement
from core.comparison.agreement import UNMARKED, Agreement, Odd
from core.engine import CheckpointStatus, Engine
from core.errors import InputError, PlaygroundError
from core.provenance import Request
from core.text.phrases import shorten
from pages.ui import engine, examples, visitor
from pages.ui.figure import figure
from pages.ui.guard import guard
from pages.ui.markup import callout, plain_label, show
from pages.ui.render import cost

MARKED = "Differences have a dashed outline."
NONE_CHOSEN = '<p class="pg-empty">Choose a model to see its answer here.</p>'
Question = Callable[[Engine, str], Sequence[Any]]  # an engine and a checkpoint to results


@dataclass(frozen=True)
class Reply:
    """What a checkpoint gave: a result for each request, or the error that stands in their place.

    `requests` is empty where the results are not those of one task.
    """

    checkpoint: str
    results: tuple[Any, ...] = ()
    error: PlaygroundError | None = None
    requests: tuple[Any, ...] = ()

    @property
    def result(self) -> Any:
        """The result of a single request."""
        return self.results[0]


def ask(task: str, checkpoints: Sequence[str], requests: Sequence[Request]) -> list[Reply]:
    """The replies to requests of a task, in the order of the checkpoints."""
    replies = ask_each(checkpoints, lambda engine, checkpoint: engine.run(task, checkpoint, requests))
    return [replace(one, requests=tuple(requests)) for one in replies]


def ask_each(checkpoints: Sequence[str], question: Question) -> list[Reply]:
    """The replies in the order of the checkpoints; one that fails does not lose the others.

    InputError if the request itself is at fault, which no checkpoint could answer.
    """
    if not checkpoints:
        show(NONE_CHOSEN)
    return [reply(checkpoint, question) for checkpoint in checkpoints]


def reply(checkpoint: str, question: Question) -> Reply:
    """One checkpoint's reply, with a spinner while it starts, loads or thinks."""
    with st.spinner(plain_label(waiting_for(checkpoint)), show_time=True):
        try:
            return Reply(checkpoint, tuple(question(engine.get_engine(), checkpoint)))
        except InputError:
            raise
        except PlaygroundError as e:
            return Reply(checkpoint, error=e)


def waiting_for(checkpoint: str) -> str:
    """What the visitor is waiting for."""
    ready = engine.ready_engine()
    if ready is None:
        return engine.STARTING
    doing = "Running" if engine.was_loaded(checkpoint) else "Loading and running"
    return f"{doing} {shorten(spoken(checkpoint))}"


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
                cost.heading(visitor.catalog()[one.checkpoint])
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
