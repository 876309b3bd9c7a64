"""What an answer rests on: its words coloured by how much its probability falls without them."""

from core.inspect.attribution import Attribution, Word
from core.inspect.subject import MOST_WORDS
from core.text.phrases import chance
from core.text.spans import WORD
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.figures.tint import tint

FIELDS = {
    "text": "Text",
    "text_pair": "Second text",
    "question": "Question",
    "context": "Passage",
    "text_a": "First text",
    "text_b": "Second text",
}
WORDS_SHOWN = 6
TINY = 1e-9
LEAST = 0.005  # by which a probability has to change to be spoken of


def rests_on(found: Attribution) -> None:
    """The texts with their words tinted, blue where they support the answer, orange where they speak against it."""
    note = f"{found.measure} {chance(found.value)}; effect of removing each word"
    show(subtitle(f"Why “{found.target}”?", note))
    legend = f"Blue words support this answer, orange words speak against it. {untried(found)}"
    show(f'<p class="pg-legend">{escape(legend)}</p>')
    largest = max(abs(word.effect) for word in found.words)
    for field, text in found.texts.items():
        marks = [mark(word, max(largest, LEAST)) for word in found.words if word.field == field]
        show((subtitle(FIELDS[field]) if len(found.texts) > 1 else "") + marked(text, marks))
    ranked = sorted(found.words, key=lambda word: -abs(word.effect))[:WORDS_SHOWN]
    telling = [word for word in ranked if abs(word.effect) >= LEAST]
    if not telling:
        show(callout("No single word matters.", "Removing any one of them hardly changes the probability.", "note"))
        return
    rows = [
        [escape(found.texts[word.field][word.start : word.end]), FIELDS[word.field], *numbers(found, word)]
        for word in telling
    ]
    headers = ["Without", "In", "Probability", "Change"]
    show(table(headers, rows, "The words that matter most", numeric=[2, 3]))


def picture(found: Attribution, title: str, sentence: str) -> None:
    """What one method says: its honest sentence, whether its effects add up, the words tinted, the strongest signed."""
    show(subtitle(f"{title}: why “{found.target}”?", f"{found.measure} {number(found.value)}"))
    show(f'<p class="pg-legend" dir="auto">{escape(sentence)} {escape(sums(found))} {untried(found)}</p>')
    largest = max((abs(word.effect) for word in found.words), default=0.0)
    telling = sorted((abs(word.effect) for word in found.words), reverse=True)[:WORDS_SHOWN]
    for field, text in found.texts.items():
        marks = [
            effect_mark(word, max(largest, TINY), signed=abs(word.effect) >= max(telling[-1], LEAST))
            for word in found.words
            if word.field == field
        ]
        show((subtitle(FIELDS[field]) if len(found.texts) > 1 else "") + marked(text, marks))


def effect_mark(word: Word, largest: float, *, signed: bool) -> Mark:
    """A word on its colour, with its effect behind it where it is one of the strongest."""
    value = f"{word.effect:+.2f}".replace("-", "−")
    title = f"effect {word.effect:+.4f}".replace("-", "−")
    return Mark(word.start, word.end, tint(word.effect / largest), value if signed else "", title, quiet=True)


def sums(found: Attribution) -> str:
    """Whether the effects add up to what they explain, in a sentence; empty for a method that promises nothing."""
    if found.completeness_error is None:
        return ""
    error = "0.1%" if found.completeness_error < 0.001 else f"{found.completeness_error:.1%}"
    if found.complete:
        return f"Its effects add up to the whole within {error} ({found.steps} steps)."
    return f"However many steps it takes, its effects miss the whole by {error}: do not read small differences."


def untried(found: Attribution) -> str:
    """How many words of a long text were tried, in a sentence; empty where all were."""
    for field, text in found.texts.items():
        count, tried = len(WORD.findall(text)), sum(word.field == field for word in found.words)
        if tried == MOST_WORDS < count:
            return f"Of {count:,} words, {tried} were tried; the others have no colour."
    return ""


def number(value: float) -> str:
    """A value with two digits and a proper minus."""
    return f"{value:.2f}".replace("-", "−")


def mark(word: Word, largest: float) -> Mark:
    """A word on its colour."""
    title = f"without it {-word.effect:+.4f}"
    return Mark(word.start, word.end, tint(word.effect / largest), title=title, quiet=True)


def numbers(found: Attribution, word: Word) -> list[str]:
    """The probability without the word, and the change."""
    return [f"{found.value - word.effect:.4f}", f"{-word.effect:+.4f}".replace("-", "−")]
