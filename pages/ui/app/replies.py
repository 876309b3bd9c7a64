"""One request to several checkpoints: each answers or says why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.checkpoints.catalog import spoken
from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.provenance import Request
from core.text.phrases import shorten
from pages.ui.app import engine
from pages.ui.figures.markup import plain_label, show

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
    ready = engine.ready_visit()
    if ready is None:
        return engine.STARTING
    doing = "Running" if engine.was_loaded(checkpoint) else "Loading and running"
    return f"{doing} {shorten(spoken(checkpoint))}"
