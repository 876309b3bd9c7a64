"""How close two texts are in meaning."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.sentence_similarity.schema import SentenceSimilarityResult
from core.vectors.similarity import JudgedPair
from pages.ui.answers.picture import NUMBERS, Picture
from pages.ui.figures.markup import show, two_digits
from pages.ui.inputs.forms import Form, Place
from pages.ui.inputs.options import vector_options


def similarity(result: SentenceSimilarityResult | JudgedPair, odd: Odd = UNMARKED) -> None:
    """The cosine as a number and as a place between -1 and 1."""
    place = 50 * (1 + result.similarity)
    show(
        f'<div class="pg-cosine"><b>{two_digits(result.similarity)}</b><span>cosine</span></div>'
        f'<div class="pg-axis" aria-hidden="true"><i style="left:{place:.1f}%"></i></div>'
        '<div class="pg-axis-ends" aria-hidden="true">'
        "<span>−1 opposite</span><span>0</span><span>1 same direction</span></div>"
    )


FORM = Form(
    {"text_a": "Text A", "text_b": "Text B"}, options=vector_options, place=Place("similarity.py", "similarity")
)
PICTURE = Picture(similarity, NUMBERS, "similarity", models=("minilm", "mini-deberta"))
