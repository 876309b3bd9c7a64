"""How much each word raises or lowers what is explained: its words coloured, blue where they raise it."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.attribution.schema import LARGEST_ERROR, AttributionResult, strongest
from pages.ui.answers.picture import Picture
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, two_digits
from pages.ui.figures.tint import tint
from pages.ui.inputs.forms import Form


def scores(result: AttributionResult, odd: Odd = UNMARKED) -> None:
    """A sentence on the strongest word, then each text with its words tinted."""
    best = strongest(result)
    largest = abs(best.effect) if best else 0.0
    show(subtitle(f"Why “{result.target}”?" if result.target else "Why?"))
    if best:
        way = "raises" if best.effect > 0 else "lowers"
        show(f'<p class="pg-legend" dir="auto">“{escape(best.text)}” {way} it most. {escape(completeness(result))}</p>')
    for segment, text in enumerate((result.text, result.text_pair)):
        marks = [
            Mark(one.start, one.end, tint(one.effect / max(largest, 1e-6)), title=signed(one.effect), quiet=True)
            for one in result.words
            if one.segment == segment
        ]
        if marks:
            show(marked(text, marks))


def signed(score: float) -> str:
    """A score with its sign."""
    return f"{score:+.4f}".replace("-", "−")


def completeness(result: AttributionResult) -> str:
    """Whether the scores add up to what they explain."""
    error = result.completeness_error
    if error is None:
        return "Its scores need not add up to anything."
    verdict = "so they can be read" if error <= LARGEST_ERROR else "so read them with care"
    total = two_digits(result.value - (result.baseline_value or 0.0))
    return f"The scores miss their sum ({total}) by {error:.1%}, {verdict}."


FORM = Form({"text": "Text", "text_pair": "Compared with (optional)"})
PICTURE = Picture(scores, "the same word matters most", "word")
