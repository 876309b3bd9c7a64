"""The form of a task: its texts and options, read into a request. Every task has its own in pages/ui/answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.tasks import find_task
from pages.ui.answers import answer_file
from pages.ui.app import desk
from pages.ui.inputs.checkpoints import pick_checkpoint, pick_checkpoints
from pages.ui.inputs.options import Values
from pages.ui.inputs.texts import between_commas, text_boxes


@dataclass(frozen=True)
class Place:
    """Where a task is asked: a page, the prefix of its inputs there, what its address says of the view unless that is
    the first, and what a link to it says if not the page's title."""

    page: str
    prefix: str
    view: dict[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Form:
    """How a task's request is asked for: a label for each text, which of them are `long`, what is folded away, and the
    place that links to the task lead to; without one, none does."""

    labels: dict[str, str]
    long: tuple[str, ...] = ()
    options: Callable[[str], Values] | None = None
    place: Place | None = None


def form_of(task: str) -> Form:
    """The form of the task; where its file has none, each text has the name of its field."""
    found: Form | None = getattr(answer_file(task), "FORM", None)
    return found or Form({one.name: one.label for one in find_task(task).fields})


def ask_for(
    task: str, prefix: str, *, default: int = 1, first: Sequence[str] = (), example: int = 0
) -> tuple[list[str], Any]:
    """The chosen checkpoints and the request, of the task's own class. `prefix` keeps pages' inputs apart."""
    form = form_of(task)
    values = text_boxes(task, prefix, form.labels, long=form.long, example=example)
    chosen, options = picker_and_options(task, prefix, default=default, first=first)
    return chosen, request_of(task, values, options)


def request_of(task: str, values: Mapping[str, str], options: Mapping[str, Any]) -> Any:
    """The request with these texts; what may hold several is cut at the commas."""
    spec = find_task(task)
    parsed = {
        one.name: between_commas(values[one.name]) if one.several else values[one.name]
        for one in spec.fields
        if one.name in values
    }
    return spec.request(**parsed, **options)


def picker_and_options(
    task: str, prefix: str, *, default: int = 1, first: Sequence[str] = ()
) -> tuple[list[str], Values]:
    """The checkpoint picker and below it what most visitors never change: fields of the task's request."""
    return pick_checkpoints(task, prefix, default=default, first=first), task_options(task, prefix)


def one_and_options(task: str, prefix: str) -> tuple[str, Values]:
    """The same for one checkpoint."""
    return pick_checkpoint(task, prefix), task_options(task, prefix)


def task_options(task: str, prefix: str) -> Values:
    """The options of the task."""
    read = form_of(task).options
    if read is None:
        return {}
    with desk.settings():
        return read(prefix)
