"""A short lesson tied to the controls of a view: predict, then look. Its words are in assets/objectives.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypedDict

import streamlit as st

from core.paths import ASSETS
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.inputs.writing import write


class LessonStep(TypedDict):
    """A question with its options, which of them is `right`, what an answer sets, and the explanation, with the names
    of facts in braces: `loss` as it is after that, `before_loss` as it was."""

    question: str
    options: list[str]
    right: int
    set: dict[str, Any]
    answer: str


class PaperFigure(TypedDict):
    """What a paper measured: a change, the figures before and after it (without `before`, one figure), and where."""

    change: str
    measure: str
    before: str
    after: str
    source: str
    link: str


class ObjectiveWords(TypedDict):
    """What is written of one objective."""

    lesson: list[LessonStep]
    papers: list[PaperFigure]
    note: str


@cache
def words_of(objective: str) -> ObjectiveWords:
    """A part of the file."""
    every: dict[str, ObjectiveWords] = tomllib.loads((ASSETS / "objectives.toml").read_text(encoding="utf-8"))
    return every[objective]


def lesson(objective: str, facts: Mapping[str, str]) -> None:
    """The questions. An answer sets the controls, and what came out is told beside what was so before."""
    show(subtitle("A short lesson", "Predict first: your answer sets the controls, and the page shows what happens."))
    for n, step in enumerate(words_of(objective)["lesson"], 1):
        key = f"{objective}_lesson_{n}"
        chosen = st.radio(
            f"{n}. {step['question']}", step["options"], index=None, key=key, on_change=_set, args=(step, key, facts)
        )
        if chosen:
            answered(step, chosen, key, facts)


def answered(step: LessonStep, chosen: str, key: str, facts: Mapping[str, str]) -> None:
    """Whether the prediction was right, and why; the facts stay those of the moment."""
    after = st.session_state.setdefault(f"{key}_after", dict(facts))
    before = {f"before_{name}": fact for name, fact in st.session_state.get(f"{key}_before", facts).items()}
    verdict = "Yes." if step["options"].index(chosen) == step["right"] else "Not quite."
    show(f'<p class="pg-look"><b>{verdict}</b> {escape(step["answer"].format(**before, **after))}</p>')


def _set(step: LessonStep, key: str, facts: Mapping[str, str]) -> None:
    """Before the page is drawn again: remembers the facts, and sets the controls."""
    if f"{key}_before" not in st.session_state:
        st.session_state[f"{key}_before"] = dict(facts)
        for name, value in step["set"].items():
            write(name, value)


def papers(objective: str) -> None:
    """What papers measured of the objective, with their sources."""
    words = words_of(objective)
    rows = [
        [
            f"{escape(one['change'])}<br><small>{escape(one['measure'])}</small>",
            f"{escape(one['before'])} → {escape(one['after'])}" if one["before"] else escape(one["after"]),
            f'<a href="{escape(one["link"])}" target="_blank" rel="noopener">{escape(one["source"])}</a>',
        ]
        for one in words["papers"]
    ]
    show(subtitle("What papers measured", "models far larger than those here"))
    show(table(["Change", "Figure", "Source"], rows, "Figures of papers", numeric=(1,)))
    show(f'<p class="pg-legend">{escape(words["note"])}</p>')
