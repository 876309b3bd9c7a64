"""The visitor's own words in a gap, ranked."""

from math import exp

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.candidate_ranking.schema import CandidateRankingResult
from pages.ui.answers.picture import Picture
from pages.ui.figures.bars import PUT_IN, bars, probability
from pages.ui.figures.marked import ACCENT, Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.inputs.forms import Form
from pages.ui.inputs.hiding import place


def candidates(result: CandidateRankingResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The sentence with the best word, the shares of all as bars, and the numbers behind them; `odd` are dashed.

    With `acts`, a click on a word gives its place, as pages.ui.inputs.hiding takes it.
    """
    best = result.candidates[0]
    mark = Mark(result.start, result.end, ACCENT, show=best.text, dashed=best.text in odd)
    show(marked(result.text, [mark], large=True))
    rows = [
        probability(
            one.text,
            one.score,
            best=one is best,
            dashed=one.text in odd,
            act=place(result.start, result.end, one.text) if acts else "",
            hint=PUT_IN,
        )
        for one in result.candidates
    ]
    show(subtitle("Your words", "relative probability") + bars(rows, "Your words and their relative probabilities"))
    table_rows = [
        [
            escape(one.text),
            escape(" ".join(one.pieces)),
            f"{exp(one.log_probability):.2g}",
            f"{one.log_probability:.2f}",
        ]
        for one in result.candidates
    ]
    headers = ["Word", "Tokens", "Probability", "Log-probability"]
    show(table(headers, table_rows, "Your words and their probabilities", numeric=[2, 3]))


FORM = Form({"text": "Sentence, with ___ for the hidden word", "candidates": "Your words, separated by commas"})
PICTURE = Picture(
    candidates,
    "the best word is the same",
    "best",
    models=("minilm-fill-mask", "mini-roberta"),
    inputs=("A nurse: she or he?", "An engineer: she or he?"),
)
