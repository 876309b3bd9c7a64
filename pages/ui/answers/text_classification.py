"""The classes of a text, most probable first."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.text_classification.schema import TextClassificationResult
from pages.ui.answers.picture import Picture
from pages.ui.figures.acts import EXPLAIN
from pages.ui.figures.bars import bars, probability
from pages.ui.figures.markup import show
from pages.ui.inputs.forms import Form, Place


def labels(result: TextClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """Classes as bars, most probable first; those in `odd` are dashed. With `acts`, a click gives the label."""
    best = result.labels[0]
    rows = [
        probability(c.label, c.score, best=c is best, dashed=c.label in odd, act=c.label if acts else "", hint=EXPLAIN)
        for c in result.labels
    ]
    show(bars(rows, "Classes and probabilities"))
    if acts:
        show('<p class="pg-legend pg-hint">Click a label to see which words it rests on.</p>')


FORM = Form(
    {"text": "Text", "text_pair": "Second text (only for models that compare two texts)"},
    place=Place("classify.py", "classify"),
)
PICTURE = Picture(
    labels,
    "the most probable class is the same",
    "label",
    "reviews.csv",
    models=("minilm-sentiment", "mini-deberta-sentiment"),
)
