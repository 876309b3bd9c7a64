"""What is explained: a task, its texts, the models, and what of the answer."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.engine import Engine
from core.errors import InputError
from core.inspect.choosing import EXPLAINED, TEXTS, choose
from core.inspect.effort import seconds_for
from core.inspect.subject import HowFar, Subject
from core.tasks import TASKS
from pages.ui.app import desk, jobs
from pages.ui.figures.markup import callout
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.forms import form_of
from pages.ui.inputs.kept import kept, kept_text, pick_named
from pages.ui.inputs.texts import text_boxes

OPENS_WITH = {"text-classification": 2}  # the number of the example: one of which the model is not wholly sure
WORTH_SAYING_S = 3.0
FEW_WORDS = 2000  # are read in less time than is worth saying, even by a large model
ONE_TEXT, A_FILE = "One text", "A file"
WANTED = {
    "text-classification": "Class to explain (empty: the most probable one)",
    "token-classification": "Name to explain (empty: the surest one)",
    "question-answering": "Answer to explain (empty: the best one)",
    "fill-mask": "Word to explain (empty: the best one)",
}


@dataclass(frozen=True)
class WhatToExplain:
    """What the visitor wants to have explained."""

    task: str
    checkpoints: Sequence[str]
    text: str
    other: str
    wanted: str

    def subject(self, engine: Engine, checkpoint: str) -> Subject:
        """The number of the checkpoint's answer that is explained."""
        return choose(engine, checkpoint, self.task, self.text, self.other, self.wanted)


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
    return WhatToExplain(task, checkpoints, text, other, wanted.strip())


def asks_for_file() -> bool:
    """Whether the rows of a file are asked about, not one text."""
    label, options = "Explain one text or a file", (ONE_TEXT, A_FILE)
    chosen: str = st.segmented_control(
        label, options, default=ONE_TEXT, required=True, label_visibility="collapsed", **kept("explain_source")
    )
    return chosen == A_FILE


def progress() -> HowFar:
    """A bar that says how many texts are read and how long the rest will take; it goes when all are."""
    place, began = st.empty(), time.monotonic()

    def told(done: int, total: int) -> None:
        left = (time.monotonic() - began) * (total - done) / done
        if done < total:
            place.progress(done / total, f"{done:,} of {total:,} texts read, about {left:.0f} s left")
        else:
            place.empty()

    return told


@contextmanager
def announced(engine: Engine, checkpoint: str, subject: Subject, readings: Callable[[int], int]) -> Iterator[None]:
    """Says how long the block will take, about, where that is worth saying; it needs `readings(words)` of the text."""
    try:
        words = len(subject.words)
    except InputError:  # no word can go, which the block will say
        words = 0
    count = readings(words)
    seconds = seconds_for(engine, checkpoint, subject, count) if count * words > FEW_WORDS else 0.0
    place = st.empty()
    if seconds > WORTH_SAYING_S:
        place.html(callout(f"This takes about {jobs.duration(seconds)}.", "", "note"))
    try:
        yield
    finally:
        place.empty()


def choose_in_settings(label: str, options: Sequence[str], key: str, **look: Any) -> str:
    """One of a few options, among the settings; the first at first."""
    with desk.settings():
        chosen: str = st.segmented_control(label, options, default=options[0], required=True, **look, **kept(key))
    return chosen


def written(code: Callable[[str], str], checkpoints: Iterable[str]) -> Callable[[], Mapping[str, str]] | None:
    """The Python of each checkpoint, written when it is asked for; None where there is none."""
    names = [name for name in checkpoints if code(name)]
    return (lambda: {name: code(name) for name in names}) if names else None
