"""One layer and head of a forward pass, step by step."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.forward_pass.schema import ForwardPassResult
from pages.ui.answers.picture import Picture
from pages.ui.figures.steps import steps
from pages.ui.inputs.forms import Form, Place


def played(result: ForwardPassResult, odd: Odd = UNMARKED) -> None:
    """The steps, to be played."""
    steps(result, f"steps-{result.provenance.checkpoint}-{result.ids}")


FORM = Form(
    {"text": "Text, with ___ for a hidden word", "text_pair": "Second text (optional)"},
    place=Place("steps.py", "steps"),
)
PICTURE = Picture(played, "the answer is the same", "answer", models=("mini-bert", "mini-roberta"))
