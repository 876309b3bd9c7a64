"""The vector of a text."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.feature_extraction.schema import FeatureExtractionResult
from pages.ui.answers.picture import NUMBERS, Picture
from pages.ui.figures.tint import strip_of_numbers
from pages.ui.inputs.forms import Form
from pages.ui.inputs.options import vector_options


def vector(result: FeatureExtractionResult, odd: Odd = UNMARKED) -> None:
    """The vector of the text."""
    strip_of_numbers(result.embedding)


FORM = Form({"text": "Text"}, options=vector_options)
PICTURE = Picture(vector, NUMBERS)
