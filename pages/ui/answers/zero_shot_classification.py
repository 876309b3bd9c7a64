"""Labels of the visitor's own, drawn like the classes of a model."""

import streamlit as st

from pages.ui.answers.picture import Picture
from pages.ui.answers.text_classification import labels
from pages.ui.inputs.forms import Form
from pages.ui.inputs.kept import kept, kept_text
from pages.ui.inputs.options import Values


def options(prefix: str) -> Values:
    template = st.text_input(
        "Sentence to test each label with", "This text is about {}.", **kept_text(f"{prefix}_template")
    )
    several = st.toggle("Allow several labels", **kept(f"{prefix}_multi_label"))
    return {"hypothesis_template": template, "multi_label": several}


FORM = Form({"text": "Text", "candidate_labels": "Your labels, separated by commas"}, options=options)
PICTURE = Picture(
    labels,
    "the most probable label is the same",
    "label",
    "topics.csv",
    models=("minilm-nli", "mini-deberta-nli"),
)
