"""The words that tell when a word comes first, and the grid of tokens and layers."""

import numpy as np
import pytest

from core.provenance import Provenance, Timing
from core.tasks.fill_mask.schema import Fill
from core.tasks.logit_lens.schema import FollowedWord, LensGap, LogitLensResult
from pages.ui.answers.logit_lens import MOST, grid, told

COST = Provenance("minilm", "1", "float32", "cpu", 3, Timing(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [
        ((9, 4, 1), "“sun” comes first from layer 2 on, of 2"),
        ((1, 1, 1), "“sun” comes first from the embeddings on, of 2"),
        ((9, 1, 3000), "“sun” comes first in layer 1, and on rank 3,000 in the end"),
        ((9, 4, 5), "“sun” never comes first; its best rank is 4, in layer 1"),
        ((), "“sun” is not one token of this vocabulary, so it has no rank"),
    ],
)
def test_when_a_word_comes_first(ranks: tuple[int, ...], sentence: str) -> None:
    gap = gap_of("moon", "moon", "moon")
    assert told(FollowedWord("sun", ranks, (0.1,) * len(ranks)), gap, 2) == sentence


def test_the_best_word_behind_tokens_that_are_none() -> None:
    word = FollowedWord("sun", (9, 3, 2), (0.1,) * 3)
    said = "“sun” is the best word from layer 1 on, of 2; in the end it is on rank 2, because"
    assert told(word, gap_of("moon", "sun", "sun"), 2).startswith(said)
    assert "from the embeddings on" in told(word, gap_of("sun", "sun", "sun"), 2)


def gap_of(*best: str) -> LensGap:
    return LensGap(0, 3, tuple((Fill(text, 0.5, 1),) for text in best), ())


def test_a_row_per_token_and_a_column_per_layer() -> None:
    labels = ("<b>", *("x",) * 200)
    scores = np.full((3, len(labels)), 0.5, np.float32)
    html = grid(LogitLensResult("", (), labels, ((0, 1),) * 201, (("<i>",) * 201,) * 3, scores, False, COST))
    assert (html.count('scope="row"'), html.count('scope="col"')) == (MOST, 3)
    assert "<b>" not in html
    assert "<i>" not in html
    assert 'title="Layer 2, at “x”: “&lt;i&gt;” 0.5000"' in html
