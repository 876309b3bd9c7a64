"""The sliders of a layer and of a head."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.inputs.examples import opening
from pages.ui.inputs.kept import kept


def layer_and_head(topic: str, prefix: str, networks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Layer and head, counted from 1, as far as the deepest of the networks reaches; they open where the first example
    of the topic is."""
    layers, heads = (max((network[n] for network in networks), default=1) for n in (0, 1))
    left, right = st.columns(2)
    with left:
        layer = number("Layer", layers, f"{prefix}_layer", opening(topic, "layer"))
    with right:
        return layer, number("Head", heads, f"{prefix}_head", opening(topic, "head"))


def number(label: str, most: int, key: str, first: int) -> int:
    """A slider from 1 to `most`; a choice made for a larger network comes down with it."""
    if st.session_state.get(key, 1) > most:
        st.session_state[key] = most
    chosen: int = st.slider(label, 1, max(most, 2), min(first, most), **kept(key))
    return min(chosen, most)
