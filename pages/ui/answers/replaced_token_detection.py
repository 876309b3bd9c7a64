"""Which words of a sentence look swapped."""

from core.checkpoints.catalog import VIEW_OF_HEAD
from core.comparison.agreement import UNMARKED, Odd
from core.tasks.replaced_token_detection.schema import JudgedToken, ReplacedTokenDetectionResult
from core.text.phrases import chance
from core.text.spans import by_word
from pages.ui.answers.picture import Picture
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.inputs.forms import Form, Place


def swaps(result: ReplacedTokenDetectionResult, odd: Odd = UNMARKED) -> None:
    """The text with its words the stronger coloured the more probably they were swapped, those in `odd` dashed, and a
    row for each."""
    show(marked(result.text, [swap_mark(word, odd) for word in result.words]))
    show('<p class="pg-legend">The stronger the colour, the more likely the word was swapped.</p>')
    show(subtitle(*suspicion(result)))
    rows = [
        [escape(word.text), f"{word.score:.4f}", escape(", ".join(map(scored, pieces)) if len(pieces) > 1 else "")]
        for word, pieces in zip(result.words, by_word(result.tokens), strict=True)
    ]
    shown = 3 if any(row[2] for row in rows) else 2
    headers = ["Word", "Swapped", "Its tokens"][:shown]
    show(table(headers, [row[:shown] for row in rows], "Each word and whether it was swapped", numeric=[1]))


def swap_mark(word: JudgedToken, odd: Odd) -> Mark:
    """A word on the colour of suspicion: orange, from clear for one that belongs there."""
    color = f"rgba(213,94,0,{word.score:.2f})"
    return Mark(word.start, word.end, color, title=f"{word.score:.4f}", dashed=(word.start, word.end) in odd)


def suspicion(result: ReplacedTokenDetectionResult) -> tuple[str, str]:
    """The most suspicious word in a sentence, and a remark."""
    most, count = result.most_suspicious, len(result.suspects)
    if most is None:
        return "There is no word to judge.", ""
    word = f"“{most.text}” ({chance(most.score)})"
    if not count:
        return "Nothing looks swapped: no word is above 0.5.", f"the highest is {word}"
    above = f"{count} of {len(result.words)} words above 0.5"
    return f"The most suspicious word is {word}.", above


def scored(piece: JudgedToken) -> str:
    """A piece with its probability."""
    return f"{piece.text} {chance(piece.score)}"


FORM = Form(
    {"text": "Sentence"},
    place=Place("fill_mask.py", "swaps", {"fill_view": VIEW_OF_HEAD["replaced-token-detection"]}),
)
PICTURE = Picture(
    swaps,
    "the same words look swapped",
    "swapped",
    models=("minilm-swaps", "mini-electra"),
    inputs=("A swapped noun", "Nothing swapped"),
)
