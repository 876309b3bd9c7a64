"""Classify: the classes of a checkpoint or the visitor's own, for one text, and measured on a labelled file."""

from core.occlusion import explain_class
from pages.ui import frame, inputs
from pages.ui.desk import answer
from pages.ui.export import leave_row
from pages.ui.files import file_view
from pages.ui.judge import judge
from pages.ui.render import texts
from pages.ui.side_by_side import Reply, ask, draw
from pages.ui.why import rests_on

OWN_LABELS = "My own labels"
LABELLED = {  # task, prefix of the inputs, example file
    "The model's labels": ("text-classification", "classify_file", "reviews.csv"),
    OWN_LABELS: ("zero-shot-classification", "zero_file", "topics.csv"),
}


def one_text(task: str, prefix: str) -> None:
    """The probability of each class of one text."""
    checkpoints, request = inputs.ask(task, prefix)
    why = task == "text-classification" and inputs.reasons(prefix)

    def picture(reply: Reply) -> None:
        texts.labels(reply.result)
        if why:
            rests_on(reply, lambda e, one: explain_class(e, one, request, reply.result.labels[0].label))

    with answer():
        leave_row("classify", draw(ask(task, checkpoints, [request]), picture))


def classes() -> None:
    """The classes that the checkpoints were trained on."""
    one_text("text-classification", "classify")


def own_labels() -> None:
    """Labels of the visitor's own, judged by an inference model."""
    one_text("zero-shot-classification", "zero")


def labelled_file() -> None:
    """A file, and if it has labels, how many of them are met."""
    which = inputs.view("classify_file_labels", LABELLED)
    task, prefix, example = LABELLED[which]
    run = file_view(task, prefix, example=example)
    with answer():
        if run:
            judge(run, prefix)


VIEWS = {"Probabilities": classes, OWN_LABELS: own_labels, "A labelled file": labelled_file}

frame.page(__file__, "classify_view", VIEWS)
