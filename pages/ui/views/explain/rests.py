"""What it rests on: several methods side by side, signed, by word."""

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import streamlit as st

from core.inspect.attribution import Attribution, Word
from core.inspect.explain_run import ByMethods, WhatToExplain
from core.inspect.methods import METHODS
from core.provenance import Row
from core.snippets import snippet
from core.tasks.attribution.schema import AttributionRequest
from pages.ui.answers import explained as pictures
from pages.ui.app import desk, library
from pages.ui.app.desk import answer
from pages.ui.app.engine import get_engine
from pages.ui.app.replies import Reply
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.kept import kept
from pages.ui.views.explain.asking import ask_what, explained
from pages.ui.views.side_by_side import draw

TITLES = {method.title: name for name, method in METHODS.items()}
FIRST = [METHODS[name].title for name in ("integrated-gradients", "occlusion", "attention")]
WORDS_COMPARED = 12


def rests() -> None:
    """One picture for each method, and the words that matter most to any of them in a table."""
    asked = ask_what()
    with desk.settings():
        titles = st.pills("Methods", list(TITLES), selection_mode="multi", default=FIRST, **kept("explain_methods"))
    methods = [TITLES[title] for title in TITLES if title in titles]
    with answer():
        if not methods:
            show(callout("No method is chosen.", "Choose one or more in the settings.", "note"))
            return
        replies = explained("rests", asked, ByMethods(tuple(methods)))
        if replies is not None:
            leave_row("explain", draw(replies, side_by_side), rows, whole, code=partial(code, asked))


def side_by_side(reply: Reply) -> None:
    """One checkpoint: a picture for each method that can say something, then all of them as a table."""
    for found in reply.results:
        method = METHODS[found.method]
        with figure(method.title, f"{found.method}-{reply.checkpoint}"):
            pictures.picture(found, method.title, method.sentence)
    if len(reply.results) > 1:
        with figure("Methods compared", f"compared-{reply.checkpoint}"):
            compared(reply.results, [METHODS[found.method].title for found in reply.results])


def compared(found: tuple[Attribution, ...], titles: list[str]) -> None:
    """The words that any of the methods finds important, each effect as a share of the method's largest."""
    largest = [max((abs(word.effect) for word in one.words), default=0.0) or 1.0 for one in found]
    shares: dict[tuple[str, int, int], list[float]] = {}
    places = {(word.field, word.start, word.end): word for one in found for word in one.words}
    for place, word in places.items():
        same = [effect(one, word) for one in found]
        shares[place] = [value / most for value, most in zip(same, largest, strict=True)]
    best = sorted(shares, key=lambda place: -max(map(abs, shares[place])))[:WORDS_COMPARED]
    rows = [
        [escape(found[0].texts.get(field, "")[start:end]), *(signed(value) for value in shares[field, start, end])]
        for field, start, end in sorted(best)
    ]
    show(subtitle("Methods compared", "each effect as a share of the method's largest"))
    show(table(["Word", *titles], rows, "The words that matter most to any method", range(1, len(titles) + 1)))


def effect(one: Attribution, word: Word) -> float:
    """What a method says of a word of another one; 0 where it says nothing."""
    return sum(o.effect for o in one.words if (o.field, o.start, o.end) == (word.field, word.start, word.end))


def signed(value: float) -> str:
    """A share with its sign."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def code(asked: WhatToExplain, reply: Reply) -> str:
    """Integrated gradients without the playground."""
    subject = asked.subject(get_engine(), reply.checkpoint)
    return snippet(library.catalog()[reply.checkpoint], AttributionRequest(*subject.pair, subject.target, steps=50))


def rows(reply: Reply) -> list[Row]:
    """One row for each word and method."""
    return [
        {"method": one.method, "target": one.target, "measure": one.measure, "field": word.field}
        | {"start": word.start, "end": word.end, "text": one.texts.get(word.field, "")[word.start : word.end]}
        | {"effect": word.effect}
        for one in reply.results
        for word in one.words
    ]


def whole(reply: Reply) -> Any:
    """Every method's result as it is."""
    return [asdict(replace(one, texts=dict(one.texts))) for one in reply.results]
