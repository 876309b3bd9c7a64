"""Heads: what each does on sentences whose relations are known, beside what Clark et al. found in BERT."""

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from core.errors import PlaygroundError
from core.inspect.claims.claim import claim_rows
from core.inspect.claims.heads import head_claims
from core.inspect.grammar import ParsedSentence, sentences
from core.inspect.heads import (
    DIRECTIONS,
    PAPER,
    RELATIONS,
    TO_HEAD,
    HeadFindings,
    HeadHabits,
    HeadSearch,
    RelationScore,
)
from core.jobs import Job
from core.snippets.heads import heads_snippet
from pages.ui.answers import cost
from pages.ui.app import jobs, library
from pages.ui.app.desk import answer, settings
from pages.ui.figures.acts import button, on_act
from pages.ui.figures.export import csv, json_text, row
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.conllu import conllu_file
from pages.ui.inputs.kept import kept
from pages.ui.inputs.writing import write, write_elsewhere
from pages.ui.views.claims import NAME, show_claims

KEY = "attention_heads_job"
PATIENCE_S = 3.0
GRAMMAR, FILE = "Our own grammar", "A CoNLL-U file"
SEEN = "these sentences' heads"  # by whoever has the link
IN_FILES = 10  # heads for each relation and direction
SHOWN = 3  # heads for each habit
WORDS = {  # for each relation: what depends on what
    "subject-verb": "subject → verb",
    "verb-object": "object → verb",
    "determiner-noun": "determiner → noun",
    "adjective-noun": "adjective → noun",
    "possessive": "owner → what is owned",
    "auxiliary": "auxiliary → verb",
    "preposition": "preposition → its noun",
    "pronoun-antecedent": "pronoun → whom it stands for",
}
HABIT_WORDS = {
    "previous": "the previous token",
    "next": "the next token",
    "diagonal": "the token itself",
    "same": "the same token elsewhere",
    "first": "the first token",
    "separator": "[SEP] and its like",
    "punctuation": "punctuation",
}
OTHER_WORDS = {"distance": "looks farthest, in tokens", "entropy": "spreads most evenly, in bits"}


def heads_view() -> None:
    """The whole view."""
    checkpoints = tuple(pick_checkpoints("attention", "attention"))
    given = source()
    with answer():
        show(
            '<p class="pg-legend">Does any head find the verb of a subject, or the noun of an article? Each head reads '
            "sentences whose grammar is known. It is right about a word if, of all other words, it attends most to the "
            "one that the word depends on.</p>"
        )
        if given and checkpoints and (job := searched(HeadSearch(checkpoints, *given))):
            results(job)


def source() -> tuple[tuple[ParsedSentence, ...], str] | None:
    """The sentences and where they are from; None as long as there is no file."""
    with settings():
        if st.radio("Sentences", [GRAMMAR, FILE], **kept("attention_sentences")) == GRAMMAR:
            return sentences(), "grammar"
        file = conllu_file("CoNLL-U file", "attention_conllu", ("conllu", "conll", "txt"))
    with answer():
        if file is None:
            if (job := jobs.find(KEY)) and job.work.source != "grammar":
                return job.work.sentences, job.work.source
            hint = "Universal Dependencies offers them for many languages; choose one under Settings."
            show(callout("There is no file yet.", hint, "note"))
            return None
        if isinstance(file, PlaygroundError):
            raise file
        return file.sentences, file.digest
    return None


def searched(wanted: HeadSearch) -> Job | None:
    """The job once there is something to show; before that its button or its bar."""
    job = jobs.find(KEY)
    if job is None or job.work.asked != wanted.asked:
        jobs.show_gone(KEY, "search", "It takes a few seconds to do it again.")
        count = f"{len(wanted.sentences):,} sentences"
        if not st.button(f"Find heads in {count}", type="primary", icon=":material/search:", key="attention_find"):
            return None
        jobs.start(KEY, wanted)
        with st.spinner("Reading the sentences", show_time=True):
            job = jobs.find(KEY, PATIENCE_S)
    if jobs.running(job):
        jobs.follow(KEY, said, linked=SEEN)
        return None
    return job


def said(job: Job) -> str:
    """How far it is, in words."""
    progress = job.progress
    return jobs.so_far(progress, f"{progress.done:,} of {progress.total:,} sentences", ", reading")


def results(job: Job) -> None:
    """The tables of every checkpoint, and what leaves the page."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    found: tuple[HeadFindings, ...] = tuple(one for one in job.result or () if one.checkpoint in known())
    if not found:
        return
    on_act(jump)
    for one in found:
        with figure("", f"heads-{one.checkpoint}", one.checkpoint):
            cost.heading(library.catalog()[one.checkpoint])
            relations(one)
            habits(one)
    with figure(NAME, "heads-claims", found[0].checkpoint if len(found) == 1 else ""):
        claims = [claim for one in found for claim in head_claims(one)]
        show_claims(claims, "what Clark et al. 2019 say of BERT-base, and what came out here", named=len(found) > 1)
    origins = {one.checkpoint: origin(one) for one in found}
    count = len(job.work.sentences) if job.work.source == "grammar" else None

    def code() -> dict[str, str]:
        return {name: heads_snippet(library.catalog()[name], count) for name in origins}

    row("heads", lambda: csv(rows(found)), lambda: json_text([fields_of(one) for one in found]), origins, code)


def known() -> set[str]:
    """The checkpoints that the visitor may use."""
    return {row.id for row in library.catalog()}


def origin(one: HeadFindings) -> str:
    """What was read, for the foot of a picture."""
    left_out = f", {one.cut:,} more were too long" if one.cut else ""
    return f"{one.sentences:,} sentences{left_out}"


def rows(found: Sequence[HeadFindings]) -> list[dict[str, object]]:
    """The best heads for each relation and direction."""
    return [
        {"checkpoint": one.checkpoint, **asdict(score)}
        for one in found
        for relation in RELATIONS
        for direction in DIRECTIONS
        for score in one.best(relation, direction, IN_FILES)
    ]


def fields_of(one: HeadFindings) -> dict[str, object]:
    """All that was found with a checkpoint, and the claims with what came out."""
    return asdict(one) | {"claims": claim_rows(head_claims(one))}


def relations(found: HeadFindings) -> None:
    """The best head of each relation beside the best fixed offset, and the same two numbers of the paper."""
    show(subtitle("Which head finds what", f"{origin(found)}; click a head to see it on your own text"))
    headers = ("Relation", "Best head", "Right", "Best fixed offset", "Words", "BERT-base, head", "BERT-base, offset")
    groups = (("", 1), ("Here", 4), ("Clark et al. 2019", 2))
    cells = [relation_cells(found.checkpoint, *found.best(name)) for name in RELATIONS if found.best(name)]
    alt = f"The best head of {found.checkpoint} for each relation"
    show(table(headers, cells, alt, numeric=range(2, 7), groups=groups))
    show(
        '<p class="pg-legend">“Right”: share of words with its standard error, bold where it is more than two of these '
        "errors above the offset. ← after a head: not where the word looks, but which word looks at it most. A fixed "
        "offset always names the word that stands so many words further on. Clark et al. 2019 (arXiv 1906.04341) used "
        "another corpus and Stanford Dependencies, in which prepositions are linked differently.</p>"
    )


def relation_cells(checkpoint: str, best: RelationScore) -> tuple[str, ...]:
    """One row."""
    head = head_button(checkpoint, best.layer, best.head)
    share = f"{100 * best.accuracy:.0f} ± {100 * best.error:.0f} %"
    if best.accuracy - 2 * best.error > best.offset_accuracy:
        share = f"<b>{share}</b>"
    theirs, beside, name = PAPER.get(best.relation, (None, None, ""))
    return (
        escape(WORDS[best.relation]),
        head + ("" if best.direction == TO_HEAD else " ←"),
        share,
        f"{100 * best.offset_accuracy:.0f} % <small>({best.offset:+d})</small>".replace("-", "−"),
        f"{best.n:,}",
        f"{percent(theirs)} <small>({escape(name)})</small>" if name else "–",
        percent(beside),
    )


def percent(share: float | None) -> str:
    """A share of the paper, with its one decimal."""
    return "–" if share is None else f"{100 * share:.1f} %"


def habits(found: HeadFindings) -> None:
    """The heads that do most of each simple thing."""
    show(subtitle("Where the weight goes", f"the {SHOWN} heads with the largest share, on average over all tokens"))
    cells = []
    for name, words in (HABIT_WORDS | OTHER_WORDS).items():
        best = sorted(found.heads, key=lambda one: -habit(one, name))[:SHOWN]
        number = "{:.0%}" if name in HABIT_WORDS else "{:.1f}"
        heads = (
            f"{head_button(found.checkpoint, one.layer, one.head)} {number.format(habit(one, name))}" for one in best
        )
        cells.append((escape(words), *heads))
    headers = ("To", "First", "Second", "Third")
    show(table(headers, cells, f"Heads of {found.checkpoint} by where their weight goes"))


def habit(one: HeadHabits, name: str) -> float:
    """One of its numbers."""
    return float(getattr(one, name))


def head_button(checkpoint: str, layer: int, head: int) -> str:
    """Layer and head, to click on."""
    return button(f"{layer}.{head}", f"{layer}.{head} {checkpoint}", f"Show layer {layer}, head {head} on your text")


def jump(act: str) -> None:
    """Shows a head on the visitor's text."""
    place, _, checkpoint = act.partition(" ")
    layer, _, head = place.partition(".")
    if layer.isdecimal() and head.isdecimal() and checkpoint in known():
        write_elsewhere({"attention_layer": int(layer), "attention_head": int(head)})
        write("attention_checkpoints", [checkpoint])
        write("attention_view", "One text")
