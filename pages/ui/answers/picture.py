"""What Compare needs to know about a task: its picture, when a row's answers count as the same, and what the page
opens with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.comparison.agreement import Odd
from pages.ui.answers import answer_file
from pages.ui.inputs.examples import examples

NUMBERS = "their numbers overlap by 95% or more"


@dataclass(frozen=True)
class Picture:
    """`draw` takes a result and what to mark in it. Rows of files agree if they say the same in this
    `summary_column`, or where that is a number or there is none, if their numbers are close; `same` says that.

    `models` are chosen at first: of two families where their answers can be laid side by side, else the first two that
    can do the task. `inputs` are the examples that A and B open with, else the first two.
    """

    draw: Callable[[Any, Odd], None]
    same: str
    summary_column: str = ""
    example: str = ""  # a file of assets/ to try; else the examples of the task
    models: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    def opening(self, topic: str) -> tuple[int, int]:
        """The numbers of the examples that A and B open with."""
        names = [one["name"] for one in examples(topic)]
        return (names.index(self.inputs[0]), names.index(self.inputs[1])) if self.inputs else (0, 1)


def picture_of(task: str) -> Picture:
    """The picture of the task."""
    found: Picture = answer_file(task).PICTURE
    return found
