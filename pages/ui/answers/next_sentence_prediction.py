"""Whether one text follows another, drawn like the classes of a model."""

from pages.ui.answers.picture import Picture
from pages.ui.answers.text_classification import labels

PICTURE = Picture(labels, "the more probable answer is the same", "label")
