"""The five short pictures of one sentence that Home shows; the pages behind them show the same at length.

They are HTML, since they are also served before any script runs.
"""

from typing import Any

from core.first_look import HeadLinks, HiddenWord, Names, Neighbours, Sentiment
from core.text.phrases import chance
from core.text.spans import GAP
from pages.ui.answers.token_classification import ENTITY_NAMES, entity_color
from pages.ui.figures.bars import PUT_IN, Bar, bars, probability
from pages.ui.figures.component import component
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, two_digits
from pages.ui.inputs.hiding import place

FITS = 55  # characters before the gap, so that it stands in the first two lines
_mount = component("head_arcs", "arcs")


def hidden_word(answer: HiddenWord) -> str:
    """The sentence with its gap, and the words that are expected there; a click on one gives its place."""
    before, after = answer.asked[: answer.start], answer.asked[answer.end :]
    if len(before) > FITS:
        before = "…" + before[-FITS:]
    gap = Mark(len(before), len(before) + len(GAP), "var(--accent)", title=answer.word)
    rows = [
        probability(
            fill.text,
            fill.score,
            best=fill is answer.fills[0],
            act=place(answer.start - fill.joined, answer.end, fill.text),
            hint=PUT_IN,
        )
        for fill in answer.fills
    ]
    return marked(before + GAP + after, [gap]) + bars(rows, "Predicted words")


def names(answer: Names) -> str:
    """The sentence with its names marked."""
    marks = [
        Mark(e.start, e.end, entity_color(e.entity_group), ENTITY_NAMES.get(e.entity_group, e.entity_group))
        for e in answer.entities
    ]
    none = "" if marks else '<p class="pg-empty">No names found in this text.</p>'
    return marked(answer.sentence, marks) + none


def sentiment(answer: Sentiment) -> str:
    """The most probable class in a word, then all of them."""
    best = answer.labels[0]
    rows = [probability(one.label, one.score, best=one is best) for one in answer.labels]
    return f'<p class="pg-verdict-word">{escape(best.label)}</p>' + bars(rows, "Classes and probabilities")


def neighbours(answer: Neighbours) -> str:
    """The nearest sentences of ours with their cosines."""
    best = answer.hits[0] if answer.hits else None
    rows = [Bar(hit.text, hit.similarity, two_digits(hit.similarity), best=hit is best) for hit in answer.hits]
    return f'<div class="pg-wide-labels">{bars(rows, "Nearest sentences and cosine similarity")}</div>'


def head_links(answer: HeadLinks) -> str:
    """One head's strongest link in words; the arcs are drawn by a script."""
    return f'<p class="pg-legend">{escape(in_words(answer))}</p>'


def arcs(answer: HeadLinks) -> dict[str, Any]:
    """What assets/head_arcs.js draws."""
    return {"tokens": answer.tokens, "weights": answer.weights, "alt": in_words(answer)}


def draw_arcs(answer: HeadLinks) -> None:
    """One head as arcs."""
    _mount(key="home-arcs", data=arcs(answer))


def in_words(answer: HeadLinks) -> str:
    """Which head it is, and its strongest link."""
    head = f"Layer {answer.layer}, head {answer.head}"
    if answer.strongest is None:
        return f"{head}: no two words to link."
    query, key = answer.strongest
    strongest = f"“{answer.tokens[query]}” attends most to “{answer.tokens[key]}”"
    more = f"; the first {len(answer.tokens)} tokens are drawn, {answer.more} more are not" if answer.more else ""
    return f"{head}: {strongest} ({chance(answer.weights[query][key])}){more}."
