"""All models in one list, adapters under the model that they adapt, with what each is doing now."""

from collections.abc import Iterable, Iterator, Sequence

from core.checkpoints.catalog import TASK_NAMES, Checkpoint
from core.engine import CheckpointStatus, EngineStatus
from pages.ui.families import badge
from pages.ui.markup import escape, show, subtitle
from pages.ui.render.cost import megabytes, millions

Adapter = tuple[Checkpoint, CheckpointStatus | None]


def heading(status: EngineStatus) -> None:
    """What the list is, and how much memory is in use."""
    used = f"using {megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)}"
    show(subtitle("Available models", used))


def lines(rows: Iterable[Checkpoint], status: EngineStatus) -> Iterator[tuple[Checkpoint, str]]:
    """Each checkpoint that adapts no other one here, with its line, HTML: its state, its adapters below it."""
    known = {row.id: row for row in status.checkpoints}
    here = {row.id: row for row in rows}
    for row in here.values():
        if row.base not in here:
            on_it = [(head, known.get(head.id)) for head in here.values() if head.base == row.id]
            yield row, line(row, known.get(row.id), on_it)


def line(row: Checkpoint, status: CheckpointStatus | None, adapters: Sequence[Adapter]) -> str:
    """The line of one checkpoint, and below it a few words for each adapter on it."""
    look, state = state_of(status)
    later = ", loads on first use" if look == " off" else ""
    size = f"{millions(status.parameters)} parameters" if status and status.parameters else ""
    on_it = "".join(adapter(row, *one) for one in adapters)
    below = f'<ul class="pg-adapters" aria-label="On {escape(row.name)}">{on_it}</ul>' if on_it else ""
    return (
        f'<div class="pg-models">{badge(row.family)}<div><b>{escape(row.name)}</b> '
        f"<small>{escape(TASK_NAMES[row.tasks[0]])}</small><p>{escape(row.summary)}</p></div>"
        f'<span class="pg-size">{size}</span><span class="pg-state{look}">{state}{later}</span>{below}</div>'
    )


def adapter(base: Checkpoint, row: Checkpoint, status: CheckpointStatus | None) -> str:
    """An adapter by what its name adds to that of its base."""
    look, state = state_of(status)
    name = row.name.removeprefix(base.name).lstrip(" ·")
    shown = f'<span class="pg-state{look}">{escape(name)}</span> <small>{state}</small>'
    return f'<li title="{escape(row.summary)}">{shown}</li>'


def state_of(status: CheckpointStatus | None) -> tuple[str, str]:
    """The look of a checkpoint's state and the state in words."""
    if status is None or not status.parameters:
        return "", "weights are missing"
    if status.loaded:
        return " on", f"in memory, {megabytes(status.loaded_bytes)}"
    return " off", "ready"
