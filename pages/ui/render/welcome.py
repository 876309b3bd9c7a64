"""The home page's pictures: the opening, the models and their state, the families."""

from core.catalog import Catalog, Checkpoint
from core.engine import CheckpointStatus, EngineStatus
from pages.ui.families import FAMILIES, badge
from pages.ui.html import escape, show, table
from pages.ui.render.cost import megabytes, millions


def opening() -> None:
    """What this place is."""
    show(
        '<div class="pg-hero"><h1>BERT playground</h1><p>Type a sentence and see what an encoder makes of it: the words it '
        "expects, the names it finds, the answers it marks, and where each of its heads is looking.</p>"
        '<div class="pg-demo" aria-label="The capital of France is a gap; the model says Paris">'
        "The capital of France is <mark>Paris</mark>.</div></div>"
    )


def models(catalog: Catalog, status: EngineStatus | None) -> None:
    """The checkpoints with their state; while `status` is None the engine is still starting."""
    known = {row.id: row for row in status.checkpoints} if status else {}
    rows = [model_row(row, known.get(row.id)) for row in catalog]
    used = f"{megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)} for weights in use" if status else "the engine is starting …"
    show(f'<div class="pg-sub"><b>Models here</b><span>{used}</span></div>')
    show(table(["Model", "Made for", "Parameters", "State"], rows, "Models and their state", numeric=[2]))


def model_row(row: Checkpoint, status: CheckpointStatus | None) -> list[str]:
    """The cells of one checkpoint."""
    if status is None:
        state = '<span class="pg-state">starting</span>'
    elif not status.parameters:
        state = '<span class="pg-state">weights are missing</span>'
    elif status.loaded:
        state = f'<span class="pg-state on">in memory, {megabytes(status.loaded_bytes)}</span>'
    else:
        state = '<span class="pg-state off">ready, loads on first use</span>'
    name = f"{badge(row.family)} <b>{escape(row.name)}</b><br><small>{escape(row.summary)}</small>"
    return [name, escape(row.tasks[0]), millions(status.parameters) if status and status.parameters else "", state]


def families() -> None:
    """The family tree in a few words each."""
    cards = "".join(
        f'<li style="--c:{one.color}">{badge(one.id)}<b>{escape(one.name)}</b><small>{one.year}</small><p>{escape(one.idea)}</p></li>'
        for one in sorted(FAMILIES.values(), key=lambda f: f.year)
    )
    show(
        '<div class="pg-sub"><b>The family</b><span>encoders: they read a whole text at once, in both directions</span></div>'
        f'<ul class="pg-families">{cards}</ul>'
    )
