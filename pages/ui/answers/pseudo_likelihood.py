"""How expected each word of a sentence is."""

from collections.abc import Sequence
from math import exp

import streamlit as st

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodResult, ScoredPiece
from pages.ui.answers.picture import Picture
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, table, two_digits
from pages.ui.inputs.forms import Form
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import Values


def expectedness(result: PseudoLikelihoodResult, odd: Odd = UNMARKED) -> None:
    """The text, less expected words in stronger colour, those in `odd` dashed, and a row for each."""
    show(marked(result.text, [surprise_mark(pieces, odd) for pieces in result.words]))
    count = max(1, len(result.pieces))
    note = f"perplexity {result.perplexity:,.0f} over {count} {'token' if count == 1 else 'tokens'}"
    show('<p class="pg-legend">The stronger the colour, the less the model expected it.</p>')
    show(subtitle(f"Pseudo-log-likelihood {two_digits(result.log_likelihood)}", note))
    headers = ["Word", "Probability", "Rank", "Entropy (bits)", "Top predictions"]
    rows = [
        [
            escape(result.text[pieces[0].start : pieces[-1].end]),
            f"{exp(together(pieces)):.4f}",
            f"{pieces[0].rank:,}" if len(pieces) == 1 else f"{len(pieces)} tokens",
            f"{pieces[0].entropy:.1f}",
            escape(", ".join(fill.text for fill in pieces[0].fills)),
        ]
        for pieces in result.words
    ]
    show(table(headers, rows, "Each word and its probability", numeric=[1, 2, 3]))


def surprise_mark(pieces: Sequence[ScoredPiece], odd: Odd) -> Mark:
    """A word on the colour of its surprise."""
    start, end, value = pieces[0].start, pieces[-1].end, together(pieces)
    return Mark(start, end, surprise_color(value), title=f"{exp(value):.4f}", dashed=(start, end) in odd)


def together(pieces: Sequence[ScoredPiece]) -> float:
    """The log-probability of a word: that of its pieces, one after the other."""
    return sum(piece.log_probability for piece in pieces)


def surprise_color(log_probability: float) -> str:
    """Orange, from clear for a certain word to full for one of a chance below one in 20,000."""
    return f"rgba(213,94,0,{min(1.0, -log_probability / 10):.2f})"


def options(prefix: str) -> Values:
    help_text = "Off: the sentence is read once, so the model can see each word it predicts."
    return {"hide": st.toggle("Hide each word in turn", True, help=help_text, **kept(f"{prefix}_hide")), "top_k": 3}


FORM = Form({"text": "Sentence"}, options=options)
PICTURE = Picture(
    expectedness,
    "the least expected word is the same",
    "least_expected",
    models=("minilm-fill-mask", "mini-roberta"),
)
