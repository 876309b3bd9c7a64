"""Masked-language modelling: what is chosen, what becomes of it, what many draws add up to, what a model loses."""

from collections.abc import Sequence
from functools import partial
from math import exp

import streamlit as st

from core.inspect.claims.claim import percent
from core.inspect.masked import (
    FATES,
    MOST_EPOCHS,
    UNITS,
    DrawCounts,
    MaskedEpoch,
    Scheme,
    count_draws,
    masked_epochs,
    masked_rows,
    mean_loss,
)
from core.snippets import snippet
from core.text.masking import KEEP, KEPT, MASKED, RANDOM, RATE, REPLACED
from core.text.phrases import chance
from core.text.pieces import Tokenized
from pages.ui.app import engine, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask_each
from pages.ui.figures.chart import BLUE, GREEN, ORANGE
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import escape, show, subtitle, table, two_digits
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.kept import kept
from pages.ui.inputs.texts import text_boxes
from pages.ui.views.objectives.lesson import lesson, papers
from pages.ui.views.side_by_side import draw

COLORS = {MASKED: BLUE, REPLACED: ORANGE, KEPT: GREEN}
TOLD = {MASKED: "hidden behind the mask token", REPLACED: "another piece, drawn at random", KEPT: "left as it is"}


def masked_view() -> None:
    """The whole view."""
    text = text_boxes("masking", "masked", {"text": "Sentence"})["text"]
    with settings():
        rate = share("Tokens to predict", RATE, "masked_rate", 0.05)
        random = share("of those: random", RANDOM, "masked_random", 0.0)
        keep = share("of those: kept", KEEP, "masked_keep", 0.0)
        place = st.empty()
        unit = st.segmented_control("Choose", UNITS, default=UNITS[0], required=True, **kept("masked_unit"))
        scheme = Scheme(rate, random, keep, unit or UNITS[0])
        place.caption(f"of those: [MASK] {scheme.shares[MASKED]:.0%}")
        left, right = st.columns(2, vertical_alignment="bottom")
        seed = int(left.number_input("Seed", 0, 9999, 1, **kept("masked_seed")))
        help_text = "On: a new draw in every epoch, as RoBERTa does. Off: the same one each time."
        dynamic = right.toggle("Dynamic", True, help=help_text, **kept("masked_dynamic"))
        epochs = st.slider("Epochs", 1, MOST_EPOCHS, 4, **kept("masked_epochs"))
    checkpoints = pick_checkpoints("pseudo-likelihood", "masked", first=("minilm-fill-mask",))
    with answer():
        scheme.check()
        one_sentence(text, scheme, seed, checkpoints, epochs, dynamic=dynamic)


def share(label: str, first: float, key: str, least: float) -> float:
    """A slider for a share, in steps of 5 %."""
    return float(st.slider(label, least, 1.0, first, 0.05, format="percent", **kept(key)))


def one_sentence(
    text: str, scheme: Scheme, seed: int, checkpoints: Sequence[str], epochs: int, *, dynamic: bool
) -> None:
    """What comes out, by checkpoint; then the draws, the lesson and what papers found."""

    def asked(engine_: object, checkpoint: str) -> list[MaskedEpoch]:
        return masked_epochs(engine.get_engine(), checkpoint, text, scheme, seed, epochs, dynamic=dynamic)

    good = draw(ask_each(checkpoints, asked), partial(picture, dynamic=dynamic))
    if not good:
        return
    tokenized = engine.get_engine().tokenize(good[0].checkpoint, text)
    counts = count_draws(tokenized, scheme, seed)
    with figure("Many draws", "draws", good[0].checkpoint):
        many_draws(tokenized, scheme, counts)
    leave_row("masked", good, lambda reply: masked_rows(reply.results), code=code)
    lesson("masked", facts(good[0].results, counts))
    papers("masked")


def code(reply: Reply) -> str:
    """The code that reads the first epoch."""
    return snippet(library.catalog()[reply.checkpoint], reply.results[0].request)


def picture(reply: Reply, *, dynamic: bool) -> None:
    """One checkpoint: the first epoch with its losses, then all epochs."""
    first: MaskedEpoch = reply.results[0]
    show(marked(first.result.text, marks(first)))
    show(legend())
    losses(first)
    if len(reply.results) > 1:
        with figure("Epochs", f"epochs-{reply.checkpoint}"):
            every_epoch(reply.results, dynamic=dynamic)


def marks(one: MaskedEpoch) -> list[Mark]:
    """The chosen tokens with what stands in their places."""
    return [
        Mark(
            piece.start,
            piece.end,
            COLORS[fate],
            note="" if fate == MASKED else FATES[fate],
            title=f"{piece.token}: {TOLD[fate]}, loss {-piece.log_probability:.2f}",
            show=None if fate == KEPT else piece.shown,
        )
        for piece, fate in zip(one.result.pieces, one.drawn.fates, strict=True)
    ]


def legend() -> str:
    """What the colours say."""
    parts = [
        f'<mark style="--c:{COLORS[fate]}">{escape(name)}</mark> {escape(TOLD[fate])}' for fate, name in FATES.items()
    ]
    return f'<p class="pg-legend">{" · ".join(parts)}. Only these tokens have to be predicted.</p>'


def losses(one: MaskedEpoch) -> None:
    """What the model says in each chosen place."""
    count = len(one.result.pieces)
    note = f"perplexity {one.result.perplexity:,.1f} over {count} {'token' if count == 1 else 'tokens'}"
    show(subtitle(f"Mean loss {two_digits(mean_loss([one]))}", note))
    rows = [
        [
            escape(piece.token),
            f'<mark style="--c:{COLORS[fate]}">{escape(piece.shown)}</mark>',
            escape(", ".join(fill.text for fill in piece.fills)),
            chance(exp(piece.log_probability)),
            two_digits(-piece.log_probability),
        ]
        for piece, fate in zip(one.result.pieces, one.drawn.fates, strict=True)
    ]
    headers = ["Token", "The model sees", "It says", "p(token)", "Loss"]
    told = {"Loss": "−ln p, the natural logarithm", "It says": "The best words there"}
    show(table(headers, rows, "The chosen tokens and what the model predicts", (3, 4), told=told))


def every_epoch(epochs: Sequence[MaskedEpoch], *, dynamic: bool) -> None:
    """The epochs below each other, each with its loss."""
    kind = "dynamic: a new draw each time" if dynamic else "static: the same draw each time"
    show(subtitle(f"{len(epochs)} epochs, {kind}", f"{different(epochs)} different tokens are predicted in all"))
    lines = [
        f"<div><p class='pg-legend'>Epoch {n}, mean loss {two_digits(mean_loss([one]))}</p>"
        f"{marked(one.result.text, marks(one))}</div>"
        for n, one in enumerate(epochs, 1)
    ]
    show(f'<div class="pg-lines">{"".join(lines)}</div>')


def different(epochs: Sequence[MaskedEpoch]) -> int:
    """How many tokens are predicted in one epoch or another."""
    return len({place for one in epochs for place in one.drawn.places})


def many_draws(tokenized: Tokenized, scheme: Scheme, counts: DrawCounts) -> None:
    """What was asked for beside what came out, and how often each token was chosen."""
    show(subtitle(f"{counts.draws:,} draws over this sentence", "± one standard error"))
    rows = [["Tokens to predict", percent(scheme.rate, digits=0), percent(counts.asked), percent(*counts.chosen)]]
    for fate, name in FATES.items():
        asked = percent(scheme.shares[fate])
        rows.append(
            [f'<mark style="--c:{COLORS[fate]}">{escape(name)}</mark>', "", asked, percent(*counts.fates[fate])]
        )
    headers = ["", "Asked for", "Expected", "Counted"]
    told = {"Expected": f"The nearest whole number of {len(tokenized.own)} tokens, at least one"}
    show(table(headers, rows, "Shares that were expected and counted", (1, 2, 3), told=told))
    if scheme.unit != "tokens":
        show('<p class="pg-legend">Words are chosen whole, so the last one may exceed the rate.</p>')
    most = max(counts.each)
    each = [
        Mark(piece.start, piece.end, f"rgba(0,114,178,{0.9 * often / most:.2f})", title=f"{often:.1%}", quiet=True)
        for piece, often in zip(tokenized.own, counts.each, strict=True)
    ]
    show(marked(tokenized.text, each))
    show(
        f'<p class="pg-legend">How often each token was chosen: from {min(counts.each):.0%} to {most:.0%} of the '
        "draws; the stronger the colour, the more often.</p>"
    )


def facts(epochs: Sequence[MaskedEpoch], counts: DrawCounts) -> dict[str, str]:
    """What the lesson tells of the first checkpoint."""
    return {
        "loss": two_digits(mean_loss(epochs)),
        "perplexity": f"{exp(mean_loss(epochs)):,.1f}",
        "different": str(different(epochs)),
        "tokens": str(len(counts.each)),
        "least": f"{min(counts.each):.0%}",
        "most": f"{max(counts.each):.0%}",
        "chosen": percent(*counts.chosen),
        "asked": percent(counts.asked),
    }
