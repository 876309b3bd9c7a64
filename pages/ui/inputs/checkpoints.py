"""The pickers of checkpoints: who may be chosen for a task, and what is said where nobody can."""

from collections.abc import Callable, Iterable, Sequence

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.known import known_checkpoints
from core.errors import TaskNotSupportedError
from core.tasks import TASKS
from pages.ui.app import desk, engine, library
from pages.ui.app.families import badge
from pages.ui.inputs import missing, model_picker
from pages.ui.inputs.kept import kept

MOST_CHECKPOINTS = 4


def able_to(task: str) -> list[Checkpoint]:
    """The checkpoints for `task` that this visitor may choose; TaskNotSupportedError says where there are some."""
    if not library.catalog().supporting(task):
        engine.get_engine()  # right after a start it has yet to bring those that were fetched before
    able = list(library.catalog().supporting(task))
    if not able:
        known = [row.id for row in known_checkpoints().values() if TASKS[task].needs == row.head][:1]
        message = f"No available model was trained for “{TASKS[task].title}”."
        raise TaskNotSupportedError(message, f"{', such as '.join(['Download one on the Models page', *known])}.")
    return able


def where_another_is(task: str) -> str:
    """Where a second checkpoint to compare with comes from."""
    if len(able_to(task)) > 1:
        return "Choose a second one to see where they differ."
    return "No other installed model can do this. Download one under Models, or compare two inputs."


def pick_checkpoints(task: str, prefix: str, *, default: int = 1, first: Sequence[str] = ()) -> list[str]:
    """The picker: one to four checkpoints that can do `task`; chosen already are those in `first` where all of them
    can, else the first `default`."""
    with desk.settings():
        picked = pick_several("Models", f"{prefix}_checkpoints", task, default=default, first=first)
    name_on_the_line(picked)
    return picked


def pick_several(label: str, key: str, task: str, *, default: int = 1, first: Sequence[str] = ()) -> list[str]:
    """The same picker alone, under a label of its own."""
    missing.wait(key)
    rows = able_to(task)
    able = [row.id for row in rows]
    chosen = list(first) if first and set(first) <= set(able) else able[:default]
    missing.tell(key, able, chosen)
    return model_picker.several(
        label, rows, task, MOST_CHECKPOINTS, chosen, on_change=missing.forget, args=(key,), **kept(key)
    )


def name_on_the_line(chosen: Sequence[str]) -> None:
    """Says on the line of the settings, where they are folded, which models are chosen."""
    rows = [library.catalog()[id] for id in chosen]
    desk.name_models([(badge(row.family), row.name) for row in rows])


def pick_checkpoint(task: str, prefix: str, first: str = "") -> str:
    """The picker where only one checkpoint makes sense; those that can do the task `first` stand before the others."""

    def rows() -> list[Checkpoint]:
        return sorted(able_to(task), key=lambda row: bool(first) and first not in row.tasks)

    with desk.settings():
        chosen = pick_one("Model", rows, f"{prefix}_checkpoint", task)
    name_on_the_line([chosen])
    return chosen


def pick_one(label: str, rows: Callable[[], Iterable[Checkpoint]], key: str, task: str = "") -> str:
    """A picker of one of these checkpoints."""
    missing.wait(key)
    found = list(rows())
    able = [row.id for row in found]
    missing.tell(key, able, able[:1])
    return model_picker.one(label, found, task, on_change=missing.forget, args=(key,), **kept(key))
