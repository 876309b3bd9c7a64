"""What Compare shows around the answers: quality beside cost, what differs from the origin, what from A to B."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.agreement import change, differences
from core.agreement.basis import UNMARKED, Odd
from core.agreement.heads import comparable, divergences
from core.agreement.vectors import cosines
from core.cards import DevScore, scores_for
from core.catalog import load_catalog
from core.results import AttentionResult, FeatureExtractionResult, Result
from pages.ui import engine
from pages.ui.figure import figure
from pages.ui.guard import guard
from pages.ui.markup import callout, show, subtitle
from pages.ui.render import cost, similarity
from pages.ui.render.differences import HEAD_LEGEND, head_table, signed_bars, signed_legend
from pages.ui.side_by_side import Reply, hint, status_of


def costs(task: str, replies: Sequence[Reply]) -> None:
    """Quality beside cost of those that answered."""
    catalog = load_catalog()
    rows = [
        cost.Cost(catalog[one.checkpoint], one.results, status_of(one.checkpoint), scores(task, one.checkpoint))
        for one in replies
    ]
    if rows:
        with figure("Quality and cost", "cost"):
            cost.table(rows)


def scores(task: str, checkpoint: str) -> Sequence[DevScore]:
    """The dev scores that tell of the task."""
    return scores_for(task, engine.get_engine().scores(checkpoint))


def beside_origin(replies: Sequence[Reply]) -> None:
    """What every other checkpoint makes of the input beside the one that it came from, or beside the first."""
    if len(replies) < 2:
        return
    origin = load_catalog().origin([one.checkpoint for one in replies])
    (first,) = (one for one in replies if one.checkpoint == origin)
    if isinstance(first.result, FeatureExtractionResult):
        cosines_of_all(replies)
        return
    others = [one for one in replies if one is not first]
    for column, other in zip(st.columns(len(others), gap="large"), others, strict=True):
        title = f"{other.checkpoint} beside {origin}"
        with column, figure(title, f"beside-{other.checkpoint}"):
            difference(first.result, other.result, title, kinship(origin, other.checkpoint))


def kinship(origin: str, other: str) -> str:
    """How the other one came of the origin."""
    catalog = load_catalog()
    if catalog[origin].earlier_of == other:
        return "the same, trained longer"
    return "fine-tuned from it" if catalog[other].base == origin else ""


def difference(before: Result, after: Result, title: str, note: str = "") -> None:
    """The heads, or the scores, of two results."""
    if not isinstance(before, AttentionResult):
        found = differences(before, after)
        if found:
            show(subtitle(title, sentence(note, signed_legend(found))) + signed_bars(found))
    elif isinstance(after, AttentionResult) and comparable((before, after)):
        show(subtitle(title, sentence(note, HEAD_LEGEND)) + head_table(divergences(before, after)))


def sentence(*parts: str) -> str:
    """The parts that are there, with semicolons between."""
    return "; ".join(filter(None, parts))


def cosines_of_all(replies: Sequence[Reply]) -> None:
    """The cosines of all vectors, where they have the same size."""
    results = [one.result for one in replies]
    if len({len(result.embedding) for result in results}) == 1:
        with figure("All against all", "cosines"):
            show(subtitle("The same text, all against all", "cosines of the vectors of every two checkpoints"))
            similarity.matrix([one.checkpoint for one in replies], cosines(results))


def draw_change(replies: Sequence[Reply], picture: Callable[[Any, Odd], None]) -> None:
    """Two inputs: what changes in a sentence, both answers with their marks, and the differences."""
    before, after = replies
    odd: Sequence[Odd] = (UNMARKED, UNMARKED)
    if both := not (before.error or after.error):
        found = change(before.result, after.result)
        odd = found.odd
        show(callout(found.sentence, hint(found), "note"))
    for place, letter, reply, marks in zip(st.columns(2, gap="large"), "AB", replies, odd, strict=True):
        with place, guard(), figure(f"Answer to input {letter}", f"answer-{letter}", reply.checkpoint):
            show(subtitle(f"Answer to input {letter}"))
            if reply.error:
                raise reply.error
            picture(reply.result, marks)
            cost.strip(reply.results, status_of(reply.checkpoint))
    if both:
        with figure("From input A to input B", "change"):
            difference(before.result, after.result, "From input A to input B")
