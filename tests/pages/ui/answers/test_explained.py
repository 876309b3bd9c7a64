"""What is said of an explanation besides its colours."""

from core.inspect.attribution import Attribution, Word
from core.provenance import Provenance, Timing
from pages.ui.answers.explained import untried

COST = Provenance("one", "1", "float32", "cpu", 1, Timing())


def test_of_a_long_text_it_is_said_how_many_words_were_tried() -> None:
    words = tuple(Word("text", 2 * n, 2 * n + 1, 0.0) for n in range(150))
    long = Attribution("occlusion", "yes", 1.0, "", {"text": "a " * 400}, words, COST)
    assert untried(long) == "Of 400 words, 150 were tried; the others have no colour."
    assert not untried(Attribution("occlusion", "yes", 1.0, "", {"text": "a " * 150}, words, COST))
