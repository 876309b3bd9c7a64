"""The picker of models: names with the marks of their families, searched and grouped; its script in
assets/model_picker.js.

A widget of Streamlit's that nobody sees keeps the choice in the address and over a change of page: it takes ids, where
a visitor reads names.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.tasks import tasks_that_need
from core.text.phrases import shorten
from pages.ui.app.families import family
from pages.ui.figures.component import component
from pages.ui.inputs.writing import write

YOUR_OWN, TRAINED, OTHERS = "Your own", "Trained for this task", "Other encoders"
LONGEST_NAME = 60  # characters
_mount = component("model_picker", "picker")


def several(
    label: str, rows: Sequence[Checkpoint], task: str, most: int, chosen: Sequence[str], **kept: Any
) -> list[str]:
    """The ids of up to `most` of the rows; `chosen` at first. `kept` are arguments of the widget that keeps them."""
    ids = [row.id for row in rows]

    def keep() -> Any:
        return st.multiselect(label, ids, list(chosen), max_selections=most, **kept)

    return _pick(label, rows, task, most, keep, kept)


def one(label: str, rows: Sequence[Checkpoint], task: str = "", **kept: Any) -> str:
    """The id of one of the rows, of the first at first."""
    ids = [row.id for row in rows]
    (chosen,) = _pick(label, rows, task, 1, lambda: st.selectbox(label, ids, **kept), kept)
    return chosen


def _pick(
    label: str, rows: Sequence[Checkpoint], task: str, most: int, keep: Callable[[], Any], kept: dict[str, Any]
) -> list[str]:
    """What is chosen; a choice calls what the widget would call."""
    key, place = kept["key"], f"{kept['key']}_picker"
    with st.container(key=f"kept-{key}"):
        value = keep()
    chosen = [value] if isinstance(value, str) else list(value or ())

    def picked() -> None:
        ids = [row.id for row in rows]
        found = [id for id in st.session_state[place].get("chosen") or () if id in ids][:most]
        write(key, found[0] if most == 1 and found else found)
        if on_change := kept.get("on_change"):
            on_change(*kept.get("args", ()))

    models = [entry(row, heading) for row, heading in in_groups(rows, task)]
    _mount(key=place, data={"label": label, "models": models, "chosen": chosen, "most": most}, on_chosen_change=picked)
    return chosen


def entry(row: Checkpoint, group: str) -> dict[str, str]:
    """A model as the script takes it."""
    kind = family(row.family)
    name, line = shorten(row.name, LONGEST_NAME), row.summary
    return {
        "id": row.id,
        "name": name,
        "line": line,
        "group": group,
        "family": kind.name,
        "mark": kind.mark,
        "color": kind.color,
    }


def group(row: Checkpoint, task: str) -> str:
    """Under which heading a model stands: the visitor's own; trained for the task, where others can do it too; else
    its family."""
    if row.owner:
        return YOUR_OWN
    if task in tasks_that_need("encoder") and task != "attention":
        return TRAINED if row.sentences else OTHERS
    return family(row.family).name


def in_groups(rows: Sequence[Checkpoint], task: str) -> list[tuple[Checkpoint, str]]:
    """The models with their headings: the visitor's own first, then each group where its first one stands."""
    found = [(row, group(row, task)) for row in rows]
    headings = list(dict.fromkeys(heading for _, heading in found))
    return sorted(found, key=lambda one: -1 if one[0].owner else headings.index(one[1]))
