"""Replaced-token detection: a generator proposes words, discriminators mark them, the visitor tries to fool them."""

from collections.abc import Sequence

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.inspect.replaced import (
    NO_SCORE,
    GeneratedText,
    SwapScore,
    changed_words,
    generate,
    is_changed,
    score_swaps,
    swap_rows,
)
from core.provenance import Row
from core.snippets import snippet
from core.tasks.replaced_token_detection.schema import (
    SWAPPED,
    ReplacedTokenDetectionRequest,
    ReplacedTokenDetectionResult,
)
from core.text.phrases import chance
from core.text.spans import Span
from pages.ui.answers import cost
from pages.ui.app import engine, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.chart import BLUE, ORANGE
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.checkpoints import able_to, pick_checkpoints, pick_one
from pages.ui.inputs.kept import kept, kept_text
from pages.ui.inputs.texts import text_boxes
from pages.ui.inputs.writing import write
from pages.ui.views.objectives.lesson import lesson, papers
from pages.ui.views.side_by_side import draw

OWN, OWN_OF, ROUNDS = "rtd_own", "rtd_own_of", "rtd_rounds"
GENERATOR = "mini-electra-generator"
MOST_ROUNDS = 200


def replaced_view() -> None:
    """The whole view."""
    text = text_boxes("replacing", "rtd", {"text": "Sentence"})["text"]
    share = st.slider("Words to replace", 0.05, 1.0, 0.2, 0.05, format="percent", **kept("rtd_share"))
    left, right = st.columns(2)
    help_text = "1: as probable as the generator says. Higher: improbable words come more often."
    temperature = left.slider("Temperature", 0.5, 3.0, 1.0, 0.5, help=help_text, **kept("rtd_temperature"))
    seed = int(right.number_input("Seed", 0, 9999, 1, **kept("rtd_seed")))
    own = own_text(text)
    with settings():
        generator = pick_one("Generator", generators, "rtd_generator", "fill-mask")
    checkpoints = pick_checkpoints("replaced-token-detection", "rtd", first=("minilm-swaps", "mini-electra"))
    with answer():
        with st.spinner("The generator proposes words", show_time=True):
            made = generate(engine.get_engine(), generator, text, share, seed, temperature)
        with figure("The generator", "generator"):
            cost.heading(library.catalog()[generator])
            proposals(made)
        both = Both(made.text, made.changed, own, changed_words(text, own))
        requests = [ReplacedTokenDetectionRequest(one) for one in (made.text, own)]
        good = draw(ask("replaced-token-detection", checkpoints, requests), both.picture)
        keep_rounds(good, text, both)
        scores([one.checkpoint for one in good])
        leave_row("replaced-tokens", good, both.rows, code=code)
        if good:
            lesson("replaced", facts(made, good[0], both))
            papers("replaced")


def generators() -> list[Checkpoint]:
    """The checkpoints that fill gaps, ELECTRA's generator first."""
    return sorted(able_to("fill-mask"), key=lambda row: row.id != GENERATOR)


def own_text(text: str) -> str:
    """The sentence as the visitor changes it; another sentence begins anew."""
    if st.session_state.get(OWN_OF, text) != text:
        st.session_state[OWN] = text
    st.session_state[OWN_OF] = text
    label = "Your turn: change words so that nobody notices"
    own = str(st.text_area(label, text, height="content", **kept_text(OWN)))
    st.button("Start again from the sentence", on_click=write, args=(OWN, text), key="rtd_again", type="tertiary")
    return own


def proposals(made: GeneratedText) -> None:
    """The new text with what stood there before, and what the generator considered."""
    marks = [
        Mark(
            one.new_start,
            one.new_end,
            ORANGE if one.changed else BLUE,
            note=f"was {one.original}" if one.changed else "the same",
            title=f"{one.original} → {one.word}, probability {one.score:.4f}",
        )
        for one in made.words
    ]
    show(marked(made.text, marks))
    same = sum(not one.changed for one in made.words)
    note = f"{same} of {len(made.words)} drawn as they were, which counts as not replaced"
    show(subtitle("The generator proposes", note))
    rows = [
        [escape(one.original), f"<b>{escape(one.word)}</b>", chance(one.score), escape(", ".join(one.others))]
        for one in made.words
    ]
    headers = ["Hidden word", "Drawn", "p", "Its best words"]
    show(table(headers, rows, "What the generator puts in place of each word", (2,)))


class Both:
    """The generator's text and the visitor's, with the words that were changed in each."""

    def __init__(self, made: str, made_changed: Sequence[Span], own: str, own_changed: Sequence[Span]) -> None:
        self.texts = (made, own)
        self.changed = (made_changed, own_changed)

    def picture(self, reply: Reply) -> None:
        """What a discriminator says of both."""
        titles = ("The generator's sentence", "Your sentence")
        for title, result, changed in zip(titles, reply.results, self.changed, strict=True):
            judged(title, result, changed)
        show(
            '<p class="pg-legend">The stronger the colour, the more likely the word was swapped. Words with a dashed '
            f"outline really were changed. A word counts as noticed above {SWAPPED}.</p>"
        )

    def scores(self, reply: Reply) -> tuple[SwapScore, SwapScore]:
        """How it did on the generator's text and on the visitor's."""
        made, own = (score_swaps(*one) for one in zip(reply.results, self.changed, strict=True))
        return made, own

    def rows(self, reply: Reply) -> list[Row]:
        """Every word of both."""
        names = ("the generator's", "yours")
        parts = zip(names, reply.results, self.changed, strict=True)
        return [row for part in parts for row in swap_rows(*part)]


def judged(title: str, result: ReplacedTokenDetectionResult, changed: Sequence[Span]) -> None:
    """A sentence with its words the stronger coloured the more they look swapped, those that are dashed."""
    score = score_swaps(result, changed)
    show(subtitle(title, told(score)))
    marks = [
        Mark(
            word.start,
            word.end,
            f"rgba(213,94,0,{word.score:.2f})",
            note=chance(word.score) if word.score > SWAPPED or is_changed(word, changed) else "",
            title=f"{word.score:.4f}",
            dashed=is_changed(word, changed),
            quiet=True,
        )
        for word in result.words
    ]
    show(marked(result.text, marks))


def told(score: SwapScore) -> str:
    """The score in words."""
    if not score.changed:
        return f"nothing is changed; false alarms: {score.alarms}"
    return f"{score.changed} changed, {score.caught} noticed; false alarms: {score.alarms}"


def keep_rounds(replies: Sequence[Reply], text: str, both: Both) -> None:
    """Remembers each attempt of this visit once, where something was changed."""
    rounds: dict[tuple[str, str, str], SwapScore] = st.session_state.setdefault(ROUNDS, {})
    for reply in replies:
        _, own = both.scores(reply)
        if own.changed and len(rounds) < MOST_ROUNDS:
            rounds[reply.checkpoint, text, both.texts[1]] = own


def scores(checkpoints: Sequence[str]) -> None:
    """The score of this visit against each discriminator."""
    rounds: dict[tuple[str, str, str], SwapScore] = st.session_state.get(ROUNDS, {})
    rows = []
    for checkpoint in checkpoints:
        played = [score for (one, _, _), score in rounds.items() if one == checkpoint]
        total = sum(played, NO_SCORE)
        if played:
            cells = (len(played), total.changed, total.caught, total.unnoticed, total.alarms)
            rows.append([escape(library.catalog()[checkpoint].name), *map(str, cells)])
    if not rows:
        show(callout("No score yet.", "Change a word of your sentence: does the model notice?", "note"))
        return
    with figure("Your score", "score"):
        show(subtitle("Your score", "each sentence counts once"))
        headers = ["Against", "Sentences", "Words changed", "Noticed", "Passed", "False alarms"]
        show(table(headers, rows, "Your score against each model", range(1, 6)))


def code(reply: Reply) -> str:
    """The code that judges the generator's sentence."""
    return snippet(library.catalog()[reply.checkpoint], reply.requests[0])


def facts(made: GeneratedText, reply: Reply, both: Both) -> dict[str, str]:
    """What the lesson tells of the first discriminator."""
    score, own = both.scores(reply)
    words = [word.score for word in reply.results[1].words if is_changed(word, both.changed[1])]
    return {
        "own": chance(max(words)) if words else "none",
        "changed": str(score.changed),
        "caught": str(score.caught),
        "words": str(score.words),
        "hidden": str(len(made.words)),
        "same": str(sum(not one.changed for one in made.words)),
    }
