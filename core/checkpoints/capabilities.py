"""What a checkpoint can do, and for everything else one sentence on why not and a checkpoint that can."""

from dataclasses import dataclass
from typing import Literal

from core.checkpoints.catalog import VIEW_OF_HEAD, Catalog, Checkpoint
from core.tasks import TASKS, tasks_that_need

Ability = Literal["yes", "limited", "no"]

NOT_TAUGHT = "Any encoder gives vectors, but this one was not trained to place similar texts close together."


@dataclass(frozen=True)
class Capability:
    """Whether a checkpoint can do a task, the reason, and the id of one that can if it cannot."""

    state: Ability
    reason: str
    instead: str = ""


def capability(catalog: Catalog, row: Checkpoint, task: str) -> Capability:
    """What to expect of this checkpoint for this task."""
    if task not in row.tasks:
        return Capability("no", reason_against(row, task), alternative(catalog, row, task))
    if task in ("feature-extraction", "sentence-similarity"):
        if row.sentences:
            return Capability("yes", "Trained to place similar texts close together.")
        return Capability("limited", NOT_TAUGHT, alternative(catalog, row, task))
    if task in ("attention", "word-in-context"):
        return Capability("yes", "Every encoder has layers and heads to look at.")
    if row.earlier_of:
        return Capability("limited", "A shorter training, kept for comparison.", row.earlier_of)
    return Capability("yes", f"Trained for this: {row.objective}.")


def reason_against(row: Checkpoint, task: str) -> str:
    """Why the checkpoint cannot do the task, and which view to use for what it learned instead."""
    words = tasks_that_need("masked-lm")
    if task in words and row.head == "replaced-token-detection":
        return f"It learned to spot swapped words instead of filling gaps: {made_for(row)}."
    if task == "replaced-token-detection" and row.head == "masked-lm":
        return f"It learned to fill gaps instead of spotting swapped words: {made_for(row)}."
    if task in words and row.note and row.head == "encoder":
        return row.note
    return TASKS[task].lacking


def made_for(row: Checkpoint) -> str:
    """The view for what the head of the checkpoint learned."""
    return f"use “{VIEW_OF_HEAD[row.head]}” on the Fill a mask page"


def alternative(catalog: Catalog, row: Checkpoint, task: str) -> str:
    """Another available checkpoint that does it well, of the same family if possible; empty if there is none."""
    able = [other for other in catalog.supporting(task) if not other.earlier_of]
    good = [other for other in able if other.sentences or task not in ("feature-extraction", "sentence-similarity")]
    found = sorted((other for other in good if other.id != row.id), key=lambda other: other.family != row.family)
    return found[0].id if found else ""
