"""Which one for me? What is wanted on the left, the checkpoints ranked with their reasons on the right."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

import streamlit as st

from core.advice.measure import SpeedRun
from core.advice.prospects import Prospect, prospects
from core.advice.ranking import MEASURED, Advice, Reason, rank
from core.advice.wish import (
    FIELDS,
    LENGTHS,
    Amount,
    Purpose,
    Refusal,
    Tongue,
    Wish,
    refusal,
    rules,
)
from core.checkpoints.known import known_checkpoints
from core.jobs import Job
from pages.ui.app import desk, engine, jobs, library
from pages.ui.app.desk import answer
from pages.ui.app.families import badge
from pages.ui.app.keys import safe_key
from pages.ui.app.page_table import find_page, link_target
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.kept import kept, pick_named
from pages.ui.views.models.adding import links

KEY = "choosing_job"
MOST = 8  # that are shown
PURPOSE_NAMES = {
    "classes": "Sort texts into classes of my own",
    "sentiment": "Say whether a text is positive or negative",
    "names": "Find names of people, places, organisations",
    "answers": "Answer questions from a passage",
    "search": "Find texts with a similar meaning",
    "gaps": "Fill gaps in a text",
    "writing": "Write or summarise texts",
}
TONGUE_NAMES = {"english": "English", "other": "Another language", "many": "Several languages"}
AMOUNT_NAMES = {"none": "None", "few": "Up to 300", "many": "More than 300"}
FIELD_NAMES = {name: name.capitalize() or "Everyday" for name in FIELDS}
LENGTH_NAMES = ("A sentence", "A paragraph", "A page", "Ten pages", "More than ten pages")
MILLISECONDS, MEGABYTES = (0, 5, 10, 20, 50, 100, 200, 500, 1000), (0, 10, 25, 50, 100, 250, 500, 1000)


def which_one() -> None:
    """The whole view."""
    wish = wished()
    with answer():
        if found := refusal(wish):
            refused(found)
            if wish.purpose == "writing":
                return
        known = prospects(engine.get_engine(), library.get_library(), known_checkpoints())
        measured = measure(known, wish.tokens)
        ranked = rank(wish, known, measured)
        good = [one for one in ranked if not one.against]
        if not good:
            show(callout("Nothing in the catalogue fits all of that.", "These come closest.", "note"))
        show(subtitle("The first choice" if len(good) == 1 else "The best first", counted(good, ranked)))
        for place, one in enumerate((good or ranked)[:MOST], 1):
            shown(place, one)
        left_out([one for one in ranked if one.against][:MOST] if good else [])
        sources()


def wished() -> Wish:
    """The questions."""
    purpose = named("What should it do?", PURPOSE_NAMES, "choosing_purpose")
    with desk.settings():
        language = named("Language", TONGUE_NAMES, "choosing_language")
        domain = named("Kind of text", FIELD_NAMES, "choosing_domain")
        length = pick_named("Length of a text", LENGTH_NAMES, str, "choosing_length")
        rows = named("Rows of my own, with the right answers", AMOUNT_NAMES, "choosing_rows")
        left, right = st.columns(2)
        milliseconds = left.select_slider(
            "Time for a text", MILLISECONDS, 0, format_func=partial(at_most, unit="ms"), **kept("choosing_ms")
        )
        megabytes = right.select_slider(
            "Memory for weights", MEGABYTES, 0, format_func=partial(at_most, unit="MB"), **kept("choosing_mb")
        )
    tokens = LENGTHS[LENGTH_NAMES.index(length)]
    return Wish(
        cast(Purpose, purpose), cast(Tongue, language), domain, tokens, milliseconds, megabytes, cast(Amount, rows)
    )


def named(label: str, names: Mapping[str, str], key: str) -> str:
    """One of several, shown by its name."""
    return pick_named(label, list(names), names.__getitem__, key)


def at_most(number: int, unit: str) -> str:
    """A limit in words."""
    return f"{number:,} {unit}" if number else "any"


def refused(found: Refusal) -> None:
    """That no BERT will do, and why."""
    show(callout(found.title, found.rule.says, "note"))
    show(f'<p class="pg-legend">{source_of(found.rule.source, found.rule.link)}</p>')


def measure(known: Sequence[Prospect], tokens: int) -> dict[str, float]:
    """Milliseconds of the encoders here for such a text; the measuring starts by itself."""
    ids = tuple(dict.fromkeys(one.measured for one in known if one.measured))
    job = jobs.by_itself(KEY, SpeedRun(ids, min(tokens, MEASURED)), "Measuring the models that are here", so_far)
    found: dict[str, float] = (job.result or {}) if job else {}
    return found


def so_far(job: Job) -> str:
    """How far the measuring is, in words."""
    return f"Measured {job.progress.done} of {job.progress.total} models"


def counted(good: Sequence[Advice], ranked: Sequence[Advice]) -> str:
    """How many fit."""
    return f"{len(good)} of {len(ranked)} in the catalogue fit"


def shown(place: int, one: Advice) -> None:
    """One checkpoint with its reasons, and where to try it."""
    row = one.prospect
    with st.container(horizontal=True, vertical_alignment="top", key=safe_key(f"choice_{row.id}")):
        show(
            f'<div class="pg-models pg-choice">{badge(row.family)}<div><b>{place}. {escape(row.name)}</b> '
            f"<small>{escape(row.id)}</small><p>{said(one.reasons)}</p></div></div>"
        )
        if row.here:
            links(library.catalog()[row.id], 1, "Try")
        if row.here and not one.ready and not one.against:
            page = find_page("finetune.py")
            query = {"finetune_checkpoint": row.id}
            st.page_link(link_target(page), label="Train it", icon=page.icon, query_params=query)


def said(reasons: Sequence[Reason]) -> str:
    """Reasons in a sentence, those against it marked."""
    parts = [escape(one.text) if one.good else f"<b>× {escape(one.text)}</b>" for one in reasons]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def left_out(found: Sequence[Advice]) -> None:
    """Those that do not fit, and why."""
    if found:
        rows = [[escape(one.prospect.name), "; ".join(escape(why.text) for why in one.against)] for one in found]
        show(subtitle("Left out", "the nearest of them"))
        show(table(["Model", "Why"], rows, "Models that do not fit"))


def sources() -> None:
    """All rules with their sources."""
    with st.expander("The rules and their sources", key="choosing_sources"):
        rows = [[escape(rule.says), source_of(rule.source, rule.link)] for rule in rules().values()]
        show(table(["Rule", "Source"], rows, "Rules and their sources"))
        show(
            '<p class="pg-legend">First come those with nothing in their way; among them those of your field, those '
            "that need no training, the larger ones, those with the higher score, and those that are here.</p>"
        )


def source_of(source: str, link: str) -> str:
    """A source as a link, where it has one."""
    text = escape(source)
    return f'<a href="{escape(link)}" target="_blank" rel="noopener">{text}</a>' if link else text
