"""The matrix of checkpoints and tasks, one checkpoint in words, and the memory that is in use."""

from collections.abc import Sequence

from core.checkpoints.capabilities import Capability, capability
from core.checkpoints.catalog import Catalog, Checkpoint, spoken
from core.engine import CheckpointStatus, EngineStatus
from core.tasks import TASKS
from pages.ui.answers.cost import megabytes, millions
from pages.ui.app.families import badge, family
from pages.ui.figures.markup import escape, show, subtitle, table

IMPLIED = {  # tasks without a column of their own: whoever can do another that has one can do them too
    "candidate-ranking",
    "pseudo-likelihood",
    "feature-extraction",
    "hidden-states",
    "logit-lens",
    "attribution",
    "ablation",
    "forward-pass",
}
COLUMNS = {task: spec.title for task, spec in TASKS.items() if task not in IMPLIED}
SIGNS = {"yes": ("✓", "yes"), "limited": ("~", "with limits"), "no": ("–", "no")}


def matrix(catalog: Catalog) -> None:
    """One row per family, with its models below it once it is opened, one column per task, reasons in tooltips."""
    families: dict[str, list[Checkpoint]] = {}
    for row in catalog:
        families.setdefault(family(row.family).id, []).append(row)
    heads = "".join(f"<span>{escape(name)}</span>" for name in ("Family", *COLUMNS.values()))
    show(
        subtitle(
            "What each model can do", "✓ trained for it, ~ with limits, – not at all; open a family to see its models"
        )
    )
    show(
        f'<div class="pg-scroll pg-able" style="--tasks:{len(COLUMNS)}" tabindex="0" role="region" '
        'aria-label="Families, models and tasks">'
        f'<div class="pg-able-row pg-able-heads" aria-hidden="true">{heads}</div>'
        + "".join(of_family(catalog, id, rows) for id, rows in families.items())
        + "</div>"
    )


def of_family(catalog: Catalog, id: str, rows: Sequence[Checkpoint]) -> str:
    """A line that opens: the best that its models can do, then a table of them, HTML."""
    abilities = [[capability(catalog, row, task) for task in COLUMNS] for row in rows]
    by_task = zip(COLUMNS.values(), zip(*abilities, strict=True), strict=True)
    best = "".join(f"<span>{summed_up(name, found)}</span>" for name, found in by_task)
    count = f"{len(rows)} model{'s' if len(rows) > 1 else ''}"
    cells = [[escape(row.id), *map(sign, found)] for row, found in zip(rows, abilities, strict=True)]
    return (
        f'<details><summary class="pg-able-row"><span>{badge(id)} <b>{escape(family(id).name)}</b> '
        f"<small>{count}</small></span>{best}</summary>"
        f"{table(['Model', *COLUMNS.values()], cells, f'{family(id).name}: models and tasks')}</details>"
    )


def summed_up(task: str, found: Sequence[Capability]) -> str:
    """The most that several models can do of a task as a sign, with the number of models that have it."""
    for state in SIGNS:
        able = sum(one.state == state for one in found)
        if able:
            mark, word = SIGNS[state]
            said = escape(f"{task}: {word}, {able} of {len(found)}")
            return f'<span class="pg-can pg-can-{state}" role="img" aria-label="{said}" title="{said}">{mark}</span>'
    raise AssertionError("a family has models")


def sign(found: Capability) -> str:
    """The capability as a sign on its colour, with the reason as its title."""
    mark, word = SIGNS[found.state]
    said = f"{word}: {found.reason}"
    names = f'aria-label="{escape(said)}" title="{escape(said)}"'
    return f'<span class="pg-can pg-can-{found.state}" role="img" {names}>{mark}</span>'


def in_words(catalog: Catalog, row: Checkpoint) -> None:
    """Every task of one checkpoint: can it, why, and who else can."""
    lines = []
    for task, name in COLUMNS.items():
        found = capability(catalog, row, task)
        instead = f" Use <b>{escape(spoken(found.instead))}</b> instead." if found.instead else ""
        lines.append([sign(found), f'<b class="pg-task">{escape(name)}</b>', f"{escape(found.reason)}{instead}"])
    note = f'<p class="pg-legend">{escape(row.note)}</p>' if row.note else ""
    show(note + table(["", "Task", "Why"], lines, f"What {spoken(row.id)} can do"))


def memory(status: EngineStatus) -> None:
    """How much of the budget is in use, as a bar and in words."""
    share = min(1.0, status.used_bytes / status.budget_bytes)
    used = f"{megabytes(status.used_bytes)} of {megabytes(status.budget_bytes)} in use"
    show(subtitle("Memory for weights", f"{used}; {status.dtype} on {status.device}"))
    show(
        f'<div class="pg-meter" role="img" aria-label="{escape(used)}"><i style="width:{100 * share:.1f}%"></i></div>'
        '<p class="pg-legend">When memory runs low, the least recently used model is unloaded. Shared weights count '
        "once; each row shows what unloading that model would free.</p>"
    )


def loaded(row: Checkpoint, status: CheckpointStatus) -> None:
    """One loaded checkpoint and what only it takes."""
    show(
        f'<div class="pg-model">{badge(row.family)}<b>{escape(row.name)}</b><code>{escape(row.id)}</code>'
        f"<span>{millions(status.parameters)} parameters, {megabytes(status.loaded_bytes)} of its own</span></div>"
    )
