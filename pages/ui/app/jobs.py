"""Jobs on pages: started, found again by the address of the page, followed to their end.

A key that ends in `_job` stands in the address with the id of its job, so that the address leads back to it after a
reload, in another tab, and whoever has it. Jobs of other keys are this visit's alone.
"""

from collections.abc import Callable
from typing import Protocol

import streamlit as st

from core.engine import Jobs
from core.jobs import Job, Progress, Work
from core.settings import load_settings
from pages.ui.app import engine, link
from pages.ui.figures.markup import callout, show

DRAWN = "jobs_drawn"  # the keys in the address that the view has asked for
REFRESH_S = 0.5
PATIENCE_S = 3.0  # that a page waits for a job that starts by itself before it shows a bar
Words = Callable[[Job], str]
Draw = Callable[[str, Job], None]


class Linked(Work, Protocol):
    """Work whose job has an id of its own."""

    @property
    def id(self) -> str:
        """That of its job."""


def begin() -> None:
    """A view begins, which has asked for no job yet."""
    st.session_state[DRAWN] = set()


def end() -> None:
    """Takes the jobs of other views out of the address: who gets the link of this one need not see them."""
    for key in [*st.query_params]:
        if key.endswith(link.JOB) and key not in st.session_state[DRAWN]:
            del st.query_params[key]


def start(key: str, work: Work, id: str = "") -> None:
    """Starts a job behind `key`, with an id of its own where it has one; another one that runs there is stopped."""
    if st.session_state.get(key) != id:
        stop(key)
    st.session_state[key] = _jobs().start(work, key, id)
    _put_into_address(key)


def find(key: str, patience_s: float = 0.0) -> Job | None:
    """The job behind `key`, after its end if it ends within `patience_s`; None if there is none, or no longer, or the
    address has that of another view."""
    if key not in st.session_state and key.endswith(link.JOB) and key in st.query_params:
        st.session_state[key] = st.query_params[key]
    if key not in st.session_state:
        return None
    _put_into_address(key)
    job = _jobs().find(st.session_state[key], patience_s)
    return job if job and job.kind == key else None


def find_or_go_on(key: str, unfinished: Callable[[str], Linked | None]) -> Job | None:
    """The job behind `key`; one that a restart of the server broke off, which `unfinished` finds by its id, goes on."""
    job = find(key)
    if job is None and key in st.session_state and (work := unfinished(str(st.session_state[key]))):
        start(key, work, work.id)
        job = find(key)
    return job


def _jobs() -> Jobs:
    """The jobs of this visitor's engine; says that it starts where that takes a while."""
    if engine.ready_visit():
        return engine.visit().jobs
    with st.spinner(engine.STARTING, show_time=True):
        return engine.visit().jobs


def _put_into_address(key: str) -> None:
    if key.endswith(link.JOB):
        st.session_state.setdefault(DRAWN, set()).add(key)
        if st.query_params.get(key) != st.session_state[key]:
            st.query_params[key] = st.session_state[key]


def stop(key: str) -> None:
    """Ends the job behind `key` soon; what is done is kept."""
    if key in st.session_state:
        _jobs().stop(st.session_state[key])


def leave(key: str) -> None:
    """Ends the job behind `key` and no longer asks for it."""
    stop(key)
    st.session_state.pop(key, None)
    st.query_params.pop(key, None)


def running(job: Job | None) -> bool:
    """Whether there is a job that runs."""
    return bool(job and job.progress.running)


def show_gone(key: str, what: str, hint: str) -> bool:
    """Says that the job behind `key` is no longer there, if there was one; whether it did."""
    if key not in st.session_state or find(key):
        return False
    kept = f"results are kept for {hours()}, and not over a restart of the server"
    show(callout(f"This {what} is no longer here: {kept}.", hint, "note"))
    return True


def hours() -> str:
    """How long an ended job is kept, in words."""
    number = load_settings().job_hours
    return "1 hour" if number == 1 else f"{number} hours"


def by_itself(key: str, work: Work, doing: str, words: Words, *, linked: str = "") -> Job | None:
    """The job behind `key` once it has ended; it starts by itself, and again where the work is another. What it is
    `doing` is shown for a while, then a bar."""
    job = find(key)
    if job is None or job.work != work:
        start(key, work)
    with st.spinner(doing, show_time=True):
        job = find(key, PATIENCE_S)
    if running(job):
        follow(key, words, linked=linked)
        return None
    return job


def follow(key: str, words: Words, *, linked: str = "", stoppable: bool = True) -> None:
    """The bar of a running job until it ends; below it what its link is for, in which `linked` names what people see
    who have it."""
    watch(key, lambda key, job: bar(key, job, words(job), stoppable=stoppable))
    if linked:
        show_way_back("work", linked)


def show_way_back(what: str, sees: str) -> None:
    """The button for the link of a running job, and what those see who have it."""
    with st.container(horizontal=True, vertical_alignment="center", key="job-link"):
        link.copy_link()
    st.caption(f"You can close this page: the {what} goes on, and the link leads back to it. {anyone(sees)}")


def anyone(sees: str) -> str:
    """Who the link gives the job to, and for how long, in words."""
    kept = f"It works for {hours()} after the end, or until the server restarts"
    return f"Anyone with this link sees {sees}. {kept}."


@st.fragment(run_every=REFRESH_S)
def watch(key: str, draw: Draw) -> None:
    """What `draw` shows of a running job, again and again until it ends."""
    job = find(key)
    if job is None or not job.progress.running:
        st.rerun()
        return
    draw(key, job)


def bar(key: str, job: Job, words: str, *, share: float | None = None, stoppable: bool = True) -> None:
    """How far a running job is, in words and as a bar, beside its stop; `share` is shown in place of the job's own."""
    progress = job.progress
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"{key}-bar"):
        st.progress(progress.share if share is None else share, text=words)
        if stoppable:
            off = progress.stopped
            st.button("Stop", icon=":material/stop:", on_click=stop, args=(key,), key=f"{key}_stop", disabled=off)


def so_far(progress: Progress, done: str, first: str) -> str:
    """What is `done`, and the time left or what the job is at first, in words."""
    if progress.stopped:
        return f"{done}, stopping"
    seconds = progress.seconds_left
    return f"{done}{first}" if seconds is None else f"{done}, {duration(seconds)} left"


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
