"""The vector of a word in its text."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.word_in_context.schema import WordInContextResult
from pages.ui.answers.picture import NUMBERS, Picture
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import show
from pages.ui.figures.tint import strip_of_numbers
from pages.ui.inputs.forms import Form


def word_vectors(result: WordInContextResult, odd: Odd = UNMARKED) -> None:
    """The text with its word marked, and the word's vector on the last layer."""
    show(marked(result.text, [Mark(result.start, result.end, "var(--accent)")]))
    strip_of_numbers(result.embeddings[-1])


FORM = Form({"word": "Word", "text": "A text with it"})
PICTURE = Picture(word_vectors, NUMBERS)
