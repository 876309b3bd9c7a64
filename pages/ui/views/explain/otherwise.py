"""Counterfactuals: the smallest changes of words that change the answer, and the shortest text that keeps it."""

from dataclasses import asdict

import streamlit as st

from core.inspect.counterfactuals import MOST_REDUCED, Counterfactual, Counterfactuals
from core.inspect.explain_run import WhatToExplain, WordsSwapped
from core.inspect.subject import Change, WordPlace
from core.provenance import Row
from core.snippets.counterfactuals import counterfactuals_snippet
from core.text.phrases import chance, quoted
from pages.ui.app import desk, library
from pages.ui.app.desk import answer
from pages.ui.app.engine import get_engine
from pages.ui.app.page_table import find_page, link_target
from pages.ui.app.replies import Reply
from pages.ui.figures.export import leave_table, origin
from pages.ui.figures.figure import figure
from pages.ui.figures.marked import ACCENT, Mark, marked
from pages.ui.figures.markup import callout, escape, show, subtitle
from pages.ui.inputs.checkpoints import able_to, pick_one
from pages.ui.inputs.forms import form_of
from pages.ui.inputs.writing import LONGEST_IN_ADDRESS
from pages.ui.views.explain.asking import ask_what, explained, written
from pages.ui.views.side_by_side import draw


def otherwise() -> None:
    """What would have to be written for another answer; each opens where the task is asked."""
    asked = ask_what()
    with desk.settings():
        proposer = pick_one("Words are proposed by", lambda: able_to("fill-mask"), "explain_proposer", "fill-mask")
    with answer():
        replies = explained("otherwise", asked, WordsSwapped(proposer))
        if replies is None:
            return

        def code(checkpoint: str) -> str:
            known, subject = library.catalog(), asked.subject(get_engine(), checkpoint)
            return counterfactuals_snippet(known[checkpoint], subject, known[proposer])

        good = draw(replies, lambda reply: picture(reply, asked))
        if good:
            table = [row for one in good for row in rows(one)]
            origins = {one.checkpoint: origin(one) for one in good}
            leave_table("counterfactuals", table, origins, written(code, origins), quoted(asked.text))


def picture(reply: Reply, asked: WhatToExplain) -> None:
    """One checkpoint: the changes, most natural first, and the reduced text."""
    found: Counterfactuals = reply.result
    show(subtitle(f"What would change “{found.target}”", f"{found.measure} {chance(found.value)}"))
    if not found.found:
        tried = f"{found.tried:,} changes of one or two words were tried."
        show(callout("No small change of words changes the answer.", tried, "note"))
    for n, one in enumerate(found.found, 1):
        with figure(f"Change {n}", f"change-{n}-{reply.checkpoint}"):
            change(found, one)
        open_link(reply.checkpoint, one, asked)
    if found.reduced:
        with figure("The shortest text", f"reduced-{reply.checkpoint}"):
            reduced(found)
    else:
        show(
            f'<p class="pg-legend">A text of more than {MOST_REDUCED} words is not reduced: it would take too long.</p>'
        )


def change(found: Counterfactuals, one: Counterfactual) -> None:
    """The changed texts with their new words marked, and what the model says now."""
    show(
        f'<p class="pg-legend" dir="auto">“{escape(one.becomes)}” instead of “{escape(found.target)}”, whose '
        f"{escape(found.measure)} falls from {chance(found.value)} to {chance(one.value)}.</p>"
    )
    for field, text in one.texts.items():
        if marks := marks_of(one, field):
            show(marked(text, marks))


def marks_of(one: Counterfactual, field: str) -> list[Mark]:
    """The new words where they stand now."""
    change = Change(
        tuple(WordPlace(swap.field, swap.start, swap.end) for swap in one.swaps),
        fillers=tuple(swap.to for swap in one.swaps),
    )
    found = []
    for swap in one.swaps:
        if swap.field == field:
            start, _ = change.moved(field, (swap.start, swap.end))
            title = f"probability {swap.probability:.4f} in this place"
            found.append(Mark(start, start + len(swap.to), ACCENT, f"instead of {swap.word}", title))
    return found


def reduced(found: Counterfactuals) -> None:
    """How few words keep the answer."""
    assert found.reduced is not None
    note = f"{found.reduced.left} of {found.reduced.words} words"
    show(subtitle("The shortest text with the same answer", note))
    show(
        '<p class="pg-legend">One word after the other was left out while the answer stayed. What is left often makes '
        "no sense to people: a high probability does not mean that the model has understood a text.</p>"
    )
    for text in found.reduced.texts.values():
        show(marked(text, []))


def open_link(checkpoint: str, one: Counterfactual, asked: WhatToExplain) -> None:
    """A link to the page of the task with the changed texts; short texts alone fit into an address."""
    place = form_of(asked.task).place
    if place is None or max(map(len, one.texts.values()), default=0) > LONGEST_IN_ADDRESS:
        return
    page = find_page(place.page)
    query = {f"{place.prefix}_{field}": text for field, text in one.texts.items()}
    query |= {f"{place.prefix}_checkpoints": checkpoint} | place.view
    words = " and ".join(f"“{swap.to}” for “{swap.word}”" for swap in one.swaps)
    st.page_link(link_target(page), label=f"Open with {words}", icon=page.icon, query_params=query)


def rows(reply: Reply) -> list[Row]:
    """One row for each swap of each counterfactual, and one for the reduced text."""
    found: Counterfactuals = reply.result
    swapped = [
        {"checkpoint": reply.checkpoint, "number": n, "becomes": one.becomes, "left_of_it": one.value}
        | {"naturalness": one.naturalness, **asdict(swap), "text": one.texts[swap.field]}
        for n, one in enumerate(found.found, 1)
        for swap in one.swaps
    ]
    if found.reduced:
        shortest = " / ".join(found.reduced.texts.values())
        swapped.append(
            {"checkpoint": reply.checkpoint, "number": 0, "left_of_it": found.reduced.value, "text": shortest}
        )
    return swapped
