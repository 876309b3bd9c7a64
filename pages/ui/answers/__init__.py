"""How each task is asked and its answer drawn: one file a task, under the task's own name, with its PICTURE
and, where fields need other names than theirs, options or a place, its FORM."""

from importlib import import_module
from typing import Any

from core.tasks import find_task


def answer_file(task: str) -> Any:
    """The file of that task, imported when it is asked for first."""
    return import_module(f"{__name__}.{find_task(task).name.replace('-', '_')}")
