"""Classify: the classes of a checkpoint or the visitor's own, for one text, and measured on a labelled file."""

import streamlit as st

from core.inspect.subject import class_subject
from pages.ui.answers import text_classification
from pages.ui.app import frame
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.kept import pick_view
from pages.ui.inputs.options import reasons
from pages.ui.inputs.writing import write
from pages.ui.views.explanation import rests_on
from pages.ui.views.files.file_view import file_view
from pages.ui.views.files.labelled_file import labelled_scores
from pages.ui.views.side_by_side import draw

EXPLAINED = "classify_explained"  # the label that was clicked
OWN_LABELS = "My own labels"
LABELLED = {  # task, prefix of the inputs, example file
    "The model's labels": ("text-classification", "classify_file", "reviews.csv"),
    OWN_LABELS: ("zero-shot-classification", "zero_file", "topics.csv"),
}


def one_text(task: str, prefix: str) -> None:
    """The probability of each class of one text."""
    checkpoints, request = ask_for(task, prefix)
    explains = task == "text-classification"
    explained = explains and reasons(prefix)
    chosen = st.session_state.get(EXPLAINED)

    def picture(reply: Reply) -> None:
        text_classification.labels(reply.result, acts=explains)
        if explained:
            labels = [one.label for one in reply.result.labels]
            label = str(chosen) if chosen in labels else labels[0]
            rests_on(reply, class_subject(request, label))

    def clicked(label: str) -> None:
        write(f"{prefix}_why", not explained or label != chosen)
        st.session_state[EXPLAINED] = label

    with answer():
        leave_row("classify", draw(ask(task, checkpoints, [request]), picture))
        if explains:
            on_act(clicked)


def classes() -> None:
    """The classes that the checkpoints were trained on."""
    one_text("text-classification", "classify")


def own_labels() -> None:
    """Labels of the visitor's own, judged by an inference model."""
    one_text("zero-shot-classification", "zero")


def labelled_file() -> None:
    """A file, and if it has labels, how many of them are met."""
    which = pick_view("classify_file_labels", LABELLED)
    task, prefix, example = LABELLED[which]
    run = file_view(task, prefix, example=example)
    with answer():
        if run:
            labelled_scores(run, prefix)


VIEWS = {"The model's labels": classes, OWN_LABELS: own_labels, "A labelled file": labelled_file}

frame.page(__file__, "classify_view", VIEWS)
