"""The one engine of this process, made in a thread of its own so that pages paint before torch is there."""

import importlib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import streamlit as st

from core.engine import Engine, EngineStatus, Playground, Visit
from core.errors import PlaygroundError
from core.first_look import READINGS, opening
from core.runtime.garbage import Freezer
from pages.ui.app.queue_place import QueuePlace
from pages.ui.app.visitor import visitor_id

STATUS, LOADED = "engine_status", "engine_loaded"
STARTING = "Starting the engine (only once after the server starts)"


def visit() -> Visit:
    """What this visitor is served; waits for it right after a start."""
    return _starting().result().of(visitor_id(), QueuePlace())


def get_engine() -> Engine:
    """The engine for this visitor."""
    return visit().engine


def ready_visit() -> Visit | None:
    """What this visitor is served, or None while the engine is still starting."""
    ready = playground()
    return ready.of(visitor_id()) if ready else None


def playground() -> Playground | None:
    """What serves all visitors, or None while it is still starting."""
    starting = _starting()
    return starting.result() if starting.done() else None


def new_run() -> None:
    """Has what is loaded looked up again: a rerun begins."""
    st.session_state.pop(STATUS, None)


def status() -> EngineStatus:
    """What is loaded, looked up once a rerun. To be asked after the answers, which load what they need."""
    if STATUS not in st.session_state:
        st.session_state[STATUS] = found = get_engine().status()
        st.session_state[LOADED] = frozenset(row.id for row in found.checkpoints if row.loaded)
    status: EngineStatus = st.session_state[STATUS]
    return status


def was_loaded(checkpoint: str) -> bool:
    """Whether it was loaded when this visitor's last answer was drawn; asks nobody."""
    return checkpoint in st.session_state.get(LOADED, ())


def warm_up() -> None:
    """Starts the engine if nothing has started it yet; returns at once."""
    _starting()


@st.cache_resource(show_spinner=False)
def _starting() -> Future[Playground]:
    thread = ThreadPoolExecutor(1, "warm-up")
    starting = thread.submit(_create)
    thread.submit(_first_answer, starting)
    return starting


def _create() -> Playground:
    module = importlib.import_module("core.runtime.playground")  # imports torch: seconds
    made: Playground = module.LocalPlayground(on_change=Freezer().changed)
    return made


def _first_answer(starting: Future[Playground]) -> None:
    """Loads what answers on Home; what is wrong with one, its page will say."""
    everybody = starting.result().of()
    for ask in READINGS.values():
        with suppress(PlaygroundError):
            ask(everybody.engine, everybody.library.catalog, opening().sentence)
