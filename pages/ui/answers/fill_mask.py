"""Words for gaps: for each on its own, or for all of them together."""

from math import exp

import streamlit as st

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.fill_mask.agreement import key as fill_key
from core.tasks.fill_mask.joint import JointFillResult
from core.tasks.fill_mask.schema import FillMaskResult, MaskFills
from pages.ui.answers.picture import Picture
from pages.ui.figures.bars import PUT_IN, Bar, bars, probability
from pages.ui.figures.marked import ACCENT, Mark, marked
from pages.ui.figures.markup import show, subtitle
from pages.ui.inputs.forms import Form, Place
from pages.ui.inputs.hiding import place
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import Values

REST = "everything else"


def mask_fills(result: FillMaskResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The sentence with its best words, then the bars of each gap; words in `odd` are dashed.

    With `acts`, a click on a word gives its place, as pages.ui.inputs.hiding takes it.
    """
    show(marked(result.text, [best_fill(n, mask, odd) for n, mask in enumerate(result.masks)], large=True))
    for n, mask in enumerate(result.masks, 1):
        name = f"Gap {n}" if len(result.masks) > 1 else "The gap"
        rows = [
            probability(
                f.text,
                f.score,
                best=f is mask.fills[0],
                dashed=fill_key(n - 1, f.text) in odd,
                act=place(mask.start - f.joined, mask.end, f.text) if acts else "",
                hint=PUT_IN,
            )
            for f in mask.fills
        ]
        rows.append(probability(REST, mask.rest, color="var(--muted)"))
        show(subtitle(name, sureness(mask)) + bars(rows, f"Words for {name.lower()}"))
        if mask.left_out:
            show(f'<p class="pg-legend">{left_out(mask)}</p>')


def left_out(mask: MaskFills) -> str:
    """How many tokens are not listed because they are no words."""
    count = "One token that is not a whole word (such as an ending) is"
    if mask.left_out > 1:
        count = f"{mask.left_out} tokens that are not whole words (such as endings) are"
    return f"{count} not listed and counted as “{REST}”."


def best_words(result: FillMaskResult | JointFillResult) -> tuple[str, ...]:
    """The best word of each gap."""
    return (
        result.fills[0].words if isinstance(result, JointFillResult) else tuple(m.fills[0].text for m in result.masks)
    )


def best_fill(number: int, mask: MaskFills, odd: Odd) -> Mark:
    """The best word in its gap."""
    best = mask.fills[0]
    dashed = fill_key(number, best.text) in odd
    start = mask.start - best.joined
    return Mark(start, mask.end, ACCENT, title=f"{best.score:.4f}", show=best.text, dashed=dashed)


def sureness(mask: MaskFills) -> str:
    """The entropy in words: among how many equally likely words the model would be as unsure."""
    choices = round(2**mask.entropy)
    unsure = f"about as uncertain as a choice between {choices:,} words" if choices > 1 else "nearly certain"
    return f"{unsure} ({mask.entropy:.1f} bits)"


def joint_fills(result: JointFillResult) -> None:
    """The sentence with the words that fit it best together, and the runners-up; each can be clicked."""
    best = result.fills[0]
    marks = [
        Mark(start - joined, end, ACCENT, show=word)
        for (start, end), joined, word in zip(result.spans, best.joined, best.words, strict=True)
    ]
    show(marked(result.text, marks, large=True))
    rows = [
        Bar(
            ", ".join(fill.words),
            exp(fill.log_probability - best.log_probability),
            f"{exp(fill.log_probability):.2g}",
            best=fill is best,
            act="\n".join(
                place(start - joined, end, word)
                for (start, end), joined, word in zip(result.spans, fill.joined, fill.words, strict=True)
            ),
            hint=PUT_IN,
        )
        for fill in result.fills
    ]
    note = "joint probability (bars relative to the best)"
    show(subtitle("All gaps together", note) + bars(rows, "Fills of all gaps together"))


def options(prefix: str) -> Values:
    return {"top_k": st.slider("Words to show per gap", 1, 20, 5, **kept(f"{prefix}_top_k"))}


FORM = Form({"text": "Sentence, with ___ for each hidden word"}, options=options, place=Place("fill_mask.py", "fill"))
PICTURE = Picture(
    mask_fills,
    "the best word of every gap is the same",
    "fill",
    models=("minilm-fill-mask", "mini-roberta"),
    inputs=("A nurse: she or he?", "An engineer: she or he?"),
)
