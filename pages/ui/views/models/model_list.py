"""All models in one list, adapters under the model that they adapt, with what each is doing now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.checkpoints.catalog import Checkpoint
from core.engine import CheckpointStatus, EngineStatus
from core.tasks import TASKS
from pages.ui.answers.cost import megabytes, millions
from pages.ui.app.families import badge
from pages.ui.figures.markup import escape, show, subtitle


@dataclass(frozen=True)
class Adapter:
    """An adapter: what its name adds to that of its base, and its state as HTML."""

    row: Checkpoint
    name: str
    html: str


@dataclass(frozen=True)
class ModelLine:
    """A checkpoint that adapts no other one here: its line as HTML, and what adapts it."""

    row: Checkpoint
    html: str
    adapters: tuple[Adapter, ...]


def heading(status: EngineStatus) -> None:
    """What the list is, and how much memory is in use."""
    used = f"using {megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)}"
    show(subtitle("Available models", used))


def lines(rows: Iterable[Checkpoint], status: EngineStatus) -> Iterator[ModelLine]:
    """A line for each checkpoint that adapts no other one here."""
    known = {row.id: row for row in status.checkpoints}
    here = {row.id: row for row in rows}
    for row in here.values():
        if row.base not in here:
            on_it = (adapter(row, head, known.get(head.id)) for head in here.values() if head.base == row.id)
            yield ModelLine(row, line(row, known.get(row.id)), tuple(on_it))


def line(row: Checkpoint, status: CheckpointStatus | None) -> str:
    """The line of one checkpoint, HTML."""
    look, state = state_of(status)
    later = ", loads on first use" if look == " off" else ""
    size = f"{millions(status.parameters)} parameters" if status and status.parameters else ""
    return (
        f'<div class="pg-models">{badge(row.family)}<div><b>{escape(row.name)}</b> '
        f"<small>{escape(TASKS[row.tasks[0]].title)}</small><p>{escape(row.summary)}</p></div>"
        f'<span class="pg-size">{size}</span><span class="pg-state{look}">{state}{later}</span></div>'
    )


def adapter(base: Checkpoint, row: Checkpoint, status: CheckpointStatus | None) -> Adapter:
    """An adapter by what its name adds to that of its base, or to that of the model family."""
    look, state = state_of(status)
    model = base.name.partition(" · ")[0]
    name = row.name.removeprefix(model).lstrip(" ·")
    return Adapter(row, name, f'<span class="pg-state{look}" title="{escape(row.summary)}">{state}</span>')


def state_of(status: CheckpointStatus | None) -> tuple[str, str]:
    """The look of a checkpoint's state and the state in words."""
    if status is None or not status.parameters:
        return "", "weights are missing"
    if status.loaded:
        return " on", f"in memory, {megabytes(status.loaded_bytes)}"
    return " off", "ready"
