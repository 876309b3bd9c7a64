"""The ready-made inputs of assets/examples.toml and domain_examples.toml, and the pills that choose among them."""

import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any

import streamlit as st

from core.checkpoints.known import known_checkpoints
from core.paths import ROOT
from pages.ui.app import library
from pages.ui.figures.markup import escape, show
from pages.ui.inputs.writing import write

ExampleRow = dict[str, str]

TASK_OF_VIEW = {  # views with examples of their own, and the task whose model they take
    "several-questions": "question-answering",
    "matrix": "feature-extraction",
    "search": "feature-extraction",
    "contexts": "word-in-context",
    "tokenizers": "attention",
    "geometry": "hidden-states",
    "neurons": "hidden-states",
    "masking": "pseudo-likelihood",
    "replacing": "replaced-token-detection",
}
CHOSEN_TOO = ("layer", "head")  # numbers that an example may choose
LIT = "example_lit"


@cache
def examples(topic: str) -> tuple[ExampleRow, ...]:
    """The examples of a task (or of a view such as `search`), texts without the outer line breaks."""
    return stripped(read("examples.toml")[topic])


@cache
def of_domain(domain: str, topic: str) -> tuple[ExampleRow, ...]:
    """The examples for models of a domain, none where the domain is none or has none for that topic."""
    return stripped(read("domain_examples.toml").get(domain, {}).get(topic, ()))


def read(file: str) -> dict[str, Any]:
    """A file of examples."""
    return tomllib.loads((ROOT / "assets" / file).read_text(encoding="utf-8"))


def stripped(rows: Iterable[ExampleRow]) -> tuple[ExampleRow, ...]:
    """The examples without the outer line breaks of their texts."""
    return tuple({name: text.strip() for name, text in row.items()} for row in rows)


def fitting(topic: str, prefix: str) -> tuple[ExampleRow, ...]:
    """The examples of the domains of the models that are chosen, before the picker is made; then those for all."""
    key = f"{prefix}_checkpoints"
    chosen = st.session_state.get(key) or st.query_params.get_all(key)
    known = [known_checkpoints()[id] for id in chosen if id in known_checkpoints()]
    found = [of_domain(domain, topic) for domain in dict.fromkeys(row.domain for row in known)]
    return (*chain.from_iterable(found), *examples(topic))


def pills(topic: str, prefix: str, values: dict[str, str]) -> None:
    """The row of examples. The one that `values` equals is lit; choosing one writes its fields to the session."""
    key = f"{prefix}_example"
    offered = fitting(topic, prefix)
    lit = next((e for e in offered if fields(e, values) == values), None)
    st.session_state[key] = lit["name"] if lit else None
    st.session_state[LIT] = (lit, model_of(topic, lit)) if lit else None
    names = [example["name"] for example in offered]
    st.pills("Examples", names, key=key, on_change=_choose, args=(topic, prefix, tuple(values)))


def fields(example: ExampleRow, names: dict[str, str] | tuple[str, ...]) -> ExampleRow:
    """The example's value of each field, empty where it gives none."""
    return {name: example.get(name, "") for name in names}


def model_of(topic: str, example: ExampleRow) -> str:
    """The model that an example is for: its own, or the one that the view opens with."""
    able = library.catalog().supporting(TASK_OF_VIEW.get(topic, topic))
    return example.get("checkpoint") or next((row.id for row in able), "")


def start() -> None:
    """Forgets which example is lit, before a view is drawn."""
    st.session_state[LIT] = None


def look(models: Iterable[str]) -> None:
    """What to look at in the answer to the example that is lit, if its model is among those that answer."""
    lit = st.session_state.get(LIT)
    if lit and lit[1] in models and "look" in lit[0]:
        show(f'<p class="pg-look">{escape(lit[0]["look"])}</p>')


def opening(topic: str, name: str) -> int:
    """The number that the first example of a view chooses."""
    return int(examples(topic)[0][name])


def _choose(topic: str, prefix: str, names: tuple[str, ...]) -> None:
    chosen = st.session_state[f"{prefix}_example"]
    for example in fitting(topic, prefix):
        if example["name"] == chosen:
            for name, text in fields(example, names).items():
                write(f"{prefix}_{name}", text)
            for name in CHOSEN_TOO:
                if name in example:
                    write(f"{prefix}_{name}", int(example[name]))
            if example in examples(topic):
                _choose_model(topic, f"{prefix}_checkpoints", model_of(topic, example))


def _choose_model(topic: str, key: str, wanted: str) -> None:
    """Chooses the model of an example where the picker has none that can answer it: one that another example chose."""
    own = {example["checkpoint"] for example in examples(topic) if "checkpoint" in example}
    chosen = st.session_state.get(key) or []
    if wanted in own - set(chosen) or set(chosen) & (own - {wanted}):
        write(key, [wanted])
