"""What every attention head looks at."""

from pages.ui.answers.picture import NUMBERS, Picture
from pages.ui.figures.heads import overview
from pages.ui.inputs.forms import Form, Place

FORM = Form({"text": "Text", "text_pair": "Second text (optional)"}, place=Place("attention.py", "attention"))
PICTURE = Picture(overview, NUMBERS)
