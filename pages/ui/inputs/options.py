"""Options that several tasks or views share; those of one task stand beside its picture."""

from typing import Any

import streamlit as st

from pages.ui.app import desk
from pages.ui.inputs.kept import kept

Values = dict[str, Any]  # fields of a request


def vector_options(prefix: str) -> Values:
    """What of a network becomes the vector of a text."""
    help_text = (
        "How the vectors of all tokens become one: their mean, that of the first token (cls), or the largest value of "
        "each dimension (max)."
    )
    pooling = st.selectbox("Pooling", ["mean", "cls", "max"], help=help_text, **kept(f"{prefix}_pooling"))
    help_text = "0 is the embeddings, 1 the first layer, -1 the last."
    layer = st.number_input("Layer", -1, 48, -1, help=help_text, **kept(f"{prefix}_layer"))
    return {"pooling": pooling, "layer": int(layer)}


def centring(prefix: str) -> bool:
    """Whether the mean vector of unrelated sentences is taken away before vectors are compared."""
    help_text = "Subtracts the average vector of unrelated sentences."
    with desk.settings():
        return bool(st.toggle("Centre the vectors", help=help_text, **kept(f"{prefix}_centred")))


def reasons(prefix: str) -> bool:
    """Whether the page shows what an answer rests on."""
    help_text = "Removes each word in turn and measures how the probability changes."
    with desk.settings():
        return bool(st.toggle("Explain this answer", help=help_text, **kept(f"{prefix}_why")))
