"""Names in a text, and every way of grouping its tokens into names."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.token_classification.agreement import key as entity_key
from core.tasks.token_classification.schema import Entity, TokenClassificationResult
from core.text.phrases import chance
from pages.ui.answers.picture import Picture
from pages.ui.figures.acts import EXPLAIN
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.inputs.forms import Form, Place
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import Values

ENTITY_COLORS = {"PER": "#0072B2", "ORG": "#E69F00", "LOC": "#009E73", "MISC": "#CC79A7"}
ENTITY_NAMES = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "other name"}
UNGROUPED = "none"
SPARE_COLORS = ("#D55E00", "#56B4E9", "#8C7AE6", "#7A7A7A")


def entity_color(group: str) -> str:
    """The fixed colour of an entity type, also of its B- and I- label; others get a spare one, always the same."""
    group = group.removeprefix("B-").removeprefix("I-")
    return ENTITY_COLORS.get(group) or SPARE_COLORS[sum(map(ord, group)) % len(SPARE_COLORS)]


def entities(result: TokenClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The text with its names marked, how many of each kind, and the table; names in `odd` are dashed."""
    show(marked(result.text, entity_marks(result, odd, acts=acts)))
    if not result.entities:
        show('<p class="pg-empty">No names found in this text.</p>')
        return
    counts = Counter(e.entity_group for e in result.entities)
    chips = "".join(chip(group, count) for group, count in counts.most_common())
    rows = [[escape(e.text), escape(e.entity_group), f"{e.start}–{e.end}", f"{e.score:.4f}"] for e in result.entities]
    if acts:
        show('<p class="pg-legend pg-hint">Click a name to see which words it rests on.</p>')
    show(f'<div class="pg-chips">{chips}</div>')
    show(table(["Name", "Kind", "Characters", "Score"], rows, "Names found, in text order", numeric=[2, 3]))


def entity_label(entity: Entity) -> str:
    """A name as it can be chosen."""
    return f"{entity.text} ({entity.entity_group})"


def entity_marks(result: TokenClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> list[Mark]:
    """A mark a name, its kind and score behind it; with `acts`, its label is what a click gives."""
    return [
        Mark(
            e.start,
            e.end,
            entity_color(e.entity_group),
            f"{e.entity_group} {chance(e.score)}",
            EXPLAIN if acts else ENTITY_NAMES.get(e.entity_group, ""),
            dashed=entity_key(e) in odd,
            act=entity_label(e) if acts else "",
        )
        for e in result.entities
    ]


def ways_of_joining(results: Sequence[TokenClassificationResult], ways: Mapping[str, str], chosen: str) -> None:
    """The text under the chosen strategy, then the names of each, with its line of `ways`, and the pieces."""
    shown = results[list(ways).index(chosen)]
    show(
        subtitle(
            "The text", f"grouped by “{chosen}”; a dashed outline below marks a name that “{chosen}” does not find"
        )
    )
    show(marked(shown.text, entity_marks(shown)))
    for result, (way, line) in zip(results, ways.items(), strict=True):
        grouped = UNGROUPED not in (way, chosen)  # single tokens are no names
        known = {entity_key(one) for one in shown.entities} if grouped else set(map(entity_key, result.entities))
        names = "".join(name_chip(one, dashed=entity_key(one) not in known) for one in result.entities)
        show(subtitle(way, line) + f'<div class="pg-chips" dir="auto">{names or "No names found."}</div>')
    rows = [[escape(t.token), escape(t.label), f"{t.score:.4f}"] for t in results[0].tokens]
    show(subtitle("Tokens", "each with its best label"))
    show(table(["Token", "Label", "Score"], rows, "Tokens with their labels", numeric=[2]))


def name_chip(entity: Entity, *, dashed: bool) -> str:
    """A name with its kind and score."""
    look = f'class="pg-chip{" dashed" if dashed else ""}" style="--c:{entity_color(entity.entity_group)}"'
    note = escape(f"{entity.entity_group} {chance(entity.score)}")
    return f"<span {look}><bdi>{escape(entity.text)}</bdi> <small>{note}</small></span>"


def chip(group: str, count: int) -> str:
    """How many names there are of a kind."""
    kind = escape(f"{group} {ENTITY_NAMES.get(group, '')}")
    return f'<span class="pg-chip" style="--c:{entity_color(group)}"><b>{count}</b> {kind}</span>'


def options(prefix: str) -> Values:
    ways = ["first", "average", "max", "simple", "none"]
    help_text = (
        "How token labels become word labels; “none” shows every labelled token. The view “Grouping tokens” compares "
        "all five."
    )
    way = st.selectbox("Grouping tokens", ways, help=help_text, **kept(f"{prefix}_aggregation"))
    return {"aggregation_strategy": way}


FORM = Form({"text": "Text"}, ("text",), options, Place("entities.py", "entities"))
PICTURE = Picture(
    entities, "the names and their types are the same", "entities", models=("minilm-ner", "mini-deberta-ner")
)
