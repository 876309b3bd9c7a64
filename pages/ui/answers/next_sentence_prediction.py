"""Whether one text follows another, drawn like the classes of a model."""

from core.tasks import TASKS
from pages.ui.answers.picture import Picture
from pages.ui.answers.text_classification import labels
from pages.ui.inputs.forms import Form, Place

FORM = Form(
    {"text_a": "Text A", "text_b": "Text B"},
    place=Place(
        "compare.py",
        "compare_next-sentence-prediction",
        {"task": "next-sentence-prediction"},
        TASKS["next-sentence-prediction"].title,
    ),
)
PICTURE = Picture(labels, "the more probable answer is the same", "label")
