"""What is explained: a task, its texts, the models, and what of the answer."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.checkpoints.catalog import spoken
from core.errors import InputError
from core.inspect.choosing import EXPLAINED, TEXTS
from core.inspect.explain_run import ExplainRun, Explanation, WhatToExplain
from core.jobs import Job
from core.tasks import TASKS
from core.text.phrases import listed
from pages.ui.app import desk, jobs
from pages.ui.app.replies import NONE_CHOSEN, Reply
from pages.ui.figures.markup import callout, plain_label, show
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.forms import form_of
from pages.ui.inputs.kept import kept, kept_text, pick_named
from pages.ui.inputs.texts import text_boxes

OPENS_WITH = {"text-classification": 2}  # the number of the example: one of which the model is not wholly sure
WORTH_SAYING_S = 3.0
ONE_TEXT, A_FILE = "One text", "A file"
WANTED = {
    "text-classification": "Class to explain (empty: the most probable one)",
    "token-classification": "Name to explain (empty: the surest one)",
    "question-answering": "Answer to explain (empty: the best one)",
    "fill-mask": "Word to explain (empty: the best one)",
}


def ask_what() -> WhatToExplain:
    """The task, its texts with examples, what of the answer, and the models. All views share these inputs."""
    with desk.settings():
        task = pick_named("Task", EXPLAINED, lambda name: TASKS[name].title, "explain_task")
    form, prefix = form_of(task), f"explain_{task}"
    values = text_boxes(task, prefix, form.labels, long=form.long, example=OPENS_WITH.get(task, 0))
    wanted = ""
    if task in WANTED:
        with desk.settings():
            wanted = str(st.text_input(WANTED[task], **kept_text(f"{prefix}_wanted")))
    checkpoints = pick_checkpoints(task, prefix)
    text, other = (values.get(name, "") for name in TEXTS[task])
    return WhatToExplain(task, tuple(checkpoints), text, other, wanted.strip())


def asks_for_file() -> bool:
    """Whether the rows of a file are asked about, not one text."""
    label, options = "Explain one text or a file", (ONE_TEXT, A_FILE)
    chosen: str = st.segmented_control(
        label, options, default=ONE_TEXT, required=True, label_visibility="collapsed", **kept("explain_source")
    )
    return chosen == A_FILE


def explained(view: str, asked: WhatToExplain, way: Explanation) -> list[Reply] | None:
    """What came out for each checkpoint; None as long as it is worked on, which is followed and can be stopped."""
    if not asked.checkpoints:
        show(NONE_CHOSEN)
        return []
    key = f"explain_{view}"
    names = [spoken(one) for one in asked.checkpoints]
    job = jobs.by_itself(key, ExplainRun(asked, way), plain_label(f"Running {listed(names)}"), so_far)
    if job is None:
        return None
    stopped = job.progress.stopped and not job.progress.finished
    if stopped:
        hint = "What was done by then is shown." if job.result else "Nothing was explained by then."
        show(callout("Stopped early.", hint, "note"))
    errors = [job.progress.error, *(one.error for one in job.result or ())]
    if stopped or any(error and not isinstance(error, InputError) for error in errors):  # another try may go well
        st.button("Start again", icon=":material/refresh:", on_click=jobs.leave, args=(key,), key=f"{key}_again")
    if job.progress.error:
        raise job.progress.error
    return [Reply(one.checkpoint, one.results, one.error) for one in job.result or ()]


def so_far(job: Job) -> str:
    """How far it is, and about how long the rest takes, in words."""
    done = f"{job.progress.share:.0%}"
    if job.progress.stopped:
        return f"{done}, stopping"
    return f"{done}, about {jobs.duration(job.shown - time.time())} left" if job.shown else f"{done}, starting"


def choose_in_settings(label: str, options: Sequence[str], key: str, **look: Any) -> str:
    """One of a few options, among the settings; the first at first."""
    with desk.settings():
        chosen: str = st.segmented_control(label, options, default=options[0], required=True, **look, **kept(key))
    return chosen


def written(code: Callable[[str], str], checkpoints: Iterable[str]) -> Callable[[], Mapping[str, str]] | None:
    """The Python of each checkpoint that has some, written anew when somebody opens it; None where none has."""
    names = [name for name in checkpoints if code(name)]
    return (lambda: {name: code(name) for name in names}) if names else None
