"""The home page's pictures: the opening, the models and their state, the families."""

from collections.abc import Iterable, Sequence

from core.catalog import Checkpoint
from core.engine import CheckpointStatus, EngineStatus
from pages.ui.families import FAMILIES, Family, badge
from pages.ui.markup import escape, show, subtitle
from pages.ui.render.cost import megabytes, millions


def opening() -> None:
    """What this place is."""
    show(
        '<div class="pg-hero"><h1>BERT playground</h1>'
        "<p>Type a sentence and see what an encoder makes of it: the words it expects, the names it finds, "
        "the answers it marks, and where each of its heads is looking.</p>"
        '<div class="pg-demo" aria-label="She studied physics at the gap of Oxford; the model says university">'
        "She studied physics at the <mark>university</mark> of Oxford.</div></div>"
    )


def models(rows: Iterable[Checkpoint], status: EngineStatus | None) -> None:
    """The checkpoints with their state, adapters under their base; while `status` is None the engine still starts."""
    known = {row.id: row for row in status.checkpoints} if status else {}
    here = {row.id for row in rows}
    lines = "".join(
        model_row(row, known.get(row.id), [(head, known.get(head.id)) for head in rows if head.base == row.id])
        for row in rows
        if row.base not in here
    )
    used = (
        f"{megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)} for weights in use"
        if status
        else "the engine is starting …"
    )
    title = subtitle("Models here", used)
    show(f'{title}<ul class="pg-models" aria-label="Models and their state">{lines}</ul>')


Adapter = tuple[Checkpoint, CheckpointStatus | None]


def model_row(row: Checkpoint, status: CheckpointStatus | None, adapters: Sequence[Adapter]) -> str:
    """The line of one checkpoint, and below it a few words for each adapter on it."""
    look, state = state_of(status)
    later = ", loads on first use" if look == " off" else ""
    size = f"{millions(status.parameters)} parameters" if status and status.parameters else ""
    on_it = "".join(adapter(row, *one) for one in adapters)
    return (
        f"<li>{badge(row.family)}<div><b>{escape(row.name)}</b> <code>{escape(row.tasks[0])}</code>"
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
    if status is None:
        return "", "starting"
    if not status.parameters:
        return "", "weights are missing"
    if status.loaded:
        return " on", f"in memory, {megabytes(status.loaded_bytes)}"
    return " off", "ready"


def families() -> None:
    """The family tree in a few words each."""
    cards = "".join(map(family_card, sorted(FAMILIES.values(), key=lambda family: family.year)))
    remark = "encoders: they read a whole text at once, in both directions"
    show(f'{subtitle("The family", remark)}<ul class="pg-families">{cards}</ul>')


def family_card(family: Family) -> str:
    """Mark, name, year and idea of one family."""
    head = f"{badge(family.id)}<b>{escape(family.name)}</b><small>{family.year}</small>"
    return f'<li style="--c:{family.color}">{head}<p>{escape(family.idea)}</p></li>'
