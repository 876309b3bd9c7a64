"""Boxes for texts, below the examples that fill them, and texts cut into parts."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import InputError
from pages.ui.app import desk
from pages.ui.inputs.examples import examples, fields, pills
from pages.ui.inputs.kept import kept_text


def text_boxes(
    topic: str, prefix: str, labels: dict[str, str], *, long: Sequence[str] = (), example: int = 0
) -> dict[str, str]:
    """Example pills, then a text box for each field: of several lines if named in `long`, else following the typing.

    They open with the example of that number.
    """
    above = st.container()
    first = fields(examples(topic)[example], tuple(labels))
    values = {}
    with desk.fields(prefix):
        for name, label in labels.items():
            if name in long:
                values[name] = st.text_area(label, first[name], height=150, **kept_text(f"{prefix}_{name}"))
            else:
                values[name] = sentence_box(label, first[name], f"{prefix}_{name}")
    with above:
        pills(topic, prefix, values)
    return values


def sentence_box(label: str, first: str, key: str, **look: Any) -> str:
    """A box for a sentence, `first` at first. It follows the typing and grows to its text; assets/line_box.js helps."""
    with st.container(key=f"line-{key}"):
        return str(st.text_area(label, first, height="content", **look, **kept_text(key)))


def between_commas(text: str) -> tuple[str, ...]:
    """The parts of `text` between its commas, empty ones left out."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def lines_of(text: str, most: int) -> list[str]:
    """The non-empty lines of `text`; InputError if there are more than `most`."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > most:
        raise InputError(f"There are {len(found):,} lines; up to {most:,} are allowed.", "Remove some of them.")
    return found
