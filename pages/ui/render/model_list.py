"""All models in one list, adapters under the model that they adapt, with what each is doing now."""

from collections.abc import Iterable, Sequence

from core.catalog import TASK_NAMES, Checkpoint
from core.engine import CheckpointStatus, EngineStatus
from pages.ui.families import badge
from pages.ui.markup import escape, show, subtitle
from pages.ui.render.cost import megabytes, millions


def models(rows: Iterable[Checkpoint], status: EngineStatus) -> None:
    """The checkpoints with their state, adapters under their base."""
    known = {row.id: row for row in status.checkpoints}
    here = {row.id for row in rows}
    lines = "".join(
        model_row(row, known.get(row.id), [(head, known.get(head.id)) for head in rows if head.base == row.id])
        for row in rows
        if row.base not in here
    )
    used = f"using {megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)}"
    title = subtitle("Available models", used)
    show(f'{title}<ul class="pg-models" aria-label="Models and their state">{lines}</ul>')


Adapter = tuple[Checkpoint, CheckpointStatus | None]


def model_row(row: Checkpoint, status: CheckpointStatus | None, adapters: Sequence[Adapter]) -> str:
    """The line of one checkpoint, and below it a few words for each adapter on it."""
    look, state = state_of(status)
    later = ", loads on first use" if look == " off" else ""
    size = f"{millions(status.parameters)} parameters" if status and status.parameters else ""
    on_it = "".join(adapter(row, *one) for one in adapters)
    return (
        f"<li>{badge(row.family)}<div><b>{escape(row.name)}</b> <small>{escape(TASK_NAMES[row.tasks[0]])}</small>"
        f"<p>{escape(row.summary)}</p></div>"
        f'<span class="pg-size">{size}</span><span class="pg-state{look}">{state}{later}</span>'
        + (f'<ul class="pg-adapters" aria-label="On {escape(row.name)}">{on_it}</ul></li>' if on_it else "</li>")
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
