"""What Compare shows around the answers: quality vs. cost, what differs from the origin, what changes from A to B."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.checkpoints.cards import DevScore, scores_for
from core.checkpoints.catalog import spoken
from core.comparison import change, differences
from core.comparison.agreement import UNMARKED, Agreement, Difference, Odd
from core.provenance import Result
from core.tasks.attention.agreement import HeadsAgreement
from core.tasks.feature_extraction.agreement import cosines
from core.tasks.feature_extraction.schema import FeatureExtractionResult
from pages.ui.answers import cost
from pages.ui.app import library
from pages.ui.app.families import hue
from pages.ui.app.guard import guard
from pages.ui.app.replies import Reply
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show, subtitle
from pages.ui.views.comparison.differences import HEAD_LEGEND, head_table, sides, signed_bars, signed_legend
from pages.ui.views.side_by_side import hint, status_of
from pages.ui.views.vectors import similarity


def costs(task: str, replies: Sequence[Reply]) -> None:
    """Quality vs. cost of those that answered."""
    catalog = library.catalog()
    rows = [
        cost.Cost(catalog[one.checkpoint], one.results, status_of(one.checkpoint), scores(task, one.checkpoint))
        for one in replies
    ]
    if rows:
        with figure("Quality and cost", "cost"):
            cost.table(rows)


def scores(task: str, checkpoint: str) -> Sequence[DevScore]:
    """The dev scores that tell of the task."""
    return scores_for(task, library.get_library().scores(checkpoint))


def beside_origin(replies: Sequence[Reply], found: Agreement) -> None:
    """Every other checkpoint compared with the one it was derived from, or with the first."""
    names, results = [one.checkpoint for one in replies], [one.result for one in replies]
    origin = library.catalog().origin(names)
    first = names.index(origin)
    if isinstance(results[first], FeatureExtractionResult):
        cosines_of_all(replies)
        return
    others = [n for n in range(len(names)) if n != first]
    for column, n in zip(st.columns(len(others), gap="large"), others, strict=True):
        title = f"{spoken(names[n])} vs. {spoken(origin)}"
        with column, figure(title, f"beside-{names[n]}"):
            difference(results, found, (first, n), title, kinship(origin, names[n]), (origin, names[n]))


def kinship(origin: str, other: str) -> str:
    """How the other was derived from the origin."""
    catalog = library.catalog()
    if catalog[origin].earlier_of == other:
        return "effect of longer training"
    if catalog[other].trained_from == origin:
        return "effect of training all its weights further"
    return "effect of fine-tuning" if catalog[other].base == origin else ""


def difference(
    results: Sequence[Result],
    found: Agreement,
    pair: tuple[int, int],
    title: str,
    note: str = "",
    models: tuple[str, ...] = (),
) -> None:
    """The heads, or the scores, of two of the results, of which `found` tells how far they agree. Where they are of two
    `models`, each bar has the colour of the one that gives more."""
    if isinstance(found, HeadsAgreement):
        divergence = found.between(*pair)
        if divergence is not None:
            show(subtitle(title, sentence(note, HEAD_LEGEND)) + head_table(divergence))
    elif bars := differences(*(results[n] for n in pair)):
        if models:
            left, right = (library.catalog()[id] for id in models)
            pointing = f"differences in {bars[0].unit}; each bar points to the model that gives more{bound(bars)}"
            colors = hue(left.family), hue(right.family)
            show(subtitle(title, sentence(note, pointing)) + sides(left, right) + signed_bars(bars, colors))
        else:
            show(subtitle(title, sentence(note, signed_legend(bars))) + signed_bars(bars))


def bound(bars: Sequence[Difference]) -> str:
    """What the signs before some of the numbers mean."""
    known = any(bar.at_least for bar in bars)
    return "; ≥ and ≤: or farther apart, as one of them lists only its best" if known else ""


def sentence(*parts: str) -> str:
    """The parts that are there, with semicolons between."""
    return "; ".join(filter(None, parts))


def cosines_of_all(replies: Sequence[Reply]) -> None:
    """The cosines of all vectors, where they have the same size."""
    results = [one.result for one in replies]
    if len({len(result.embedding) for result in results}) == 1:
        with figure("All pairs", "cosines"):
            show(subtitle("The same text, all pairs", "cosines of each pair of models' vectors"))
            similarity.matrix([one.checkpoint for one in replies], cosines(results))


def draw_change(replies: Sequence[Reply], picture: Callable[[Any, Odd], None]) -> None:
    """Two inputs: what changes in a sentence, both answers with their marks, and the differences."""
    results = [reply.result for reply in replies if not reply.error]
    found = change(*results) if len(results) == 2 else None
    if found:
        show(callout(found.sentence, hint(found), "note"))
    odd = found.odd if found else (UNMARKED, UNMARKED)
    for place, letter, reply, marks in zip(st.columns(2, gap="large"), "AB", replies, odd, strict=True):
        with place, guard():
            with figure(f"Answer to input {letter}", f"answer-{letter}", reply.checkpoint):
                show(subtitle(f"Answer to input {letter}"))
                if reply.error:
                    raise reply.error
                picture(reply.result, marks)
            cost.strip(reply.results, status_of(reply.checkpoint))
    if found:
        with figure("From input A to input B", "change"):
            difference(results, found, (0, 1), "From input A to input B")
