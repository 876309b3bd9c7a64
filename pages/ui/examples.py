"""The ready-made inputs of assets/examples.toml and the pills that choose among them."""

import tomllib
from functools import cache

import streamlit as st

from pages.ui.router import ROOT

Example = dict[str, str]


@cache
def examples(topic: str) -> tuple[Example, ...]:
    """The examples of a task (or of a view such as `search`), texts without the outer line breaks."""
    found = tomllib.loads((ROOT / "assets" / "examples.toml").read_text(encoding="utf-8"))[topic]
    return tuple({name: text.strip() for name, text in row.items()} for row in found)


def pills(topic: str, prefix: str, values: dict[str, str]) -> None:
    """The row of examples. The one that `values` equals is lit; choosing one writes its fields to the session."""
    key = f"{prefix}_example"
    st.session_state[key] = next((e["name"] for e in examples(topic) if fields(e, values) == values), None)
    names = [example["name"] for example in examples(topic)]
    st.pills("Examples", names, key=key, on_change=_choose, args=(topic, prefix, tuple(values)))


def fields(example: Example, names: dict[str, str] | tuple[str, ...]) -> Example:
    """The example's value of each field, empty where it gives none."""
    return {name: example.get(name, "") for name in names}


def _choose(topic: str, prefix: str, names: tuple[str, ...]) -> None:
    chosen = st.session_state[f"{prefix}_example"]
    for example in examples(topic):
        if example["name"] == chosen:
            for name, text in fields(example, names).items():
                st.session_state[f"{prefix}_{name}"] = text
