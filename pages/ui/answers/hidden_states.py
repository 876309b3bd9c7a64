"""How far each layer turns the vector of each token."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.hidden_states.schema import HiddenStatesResult, most_turned, turns
from pages.ui.answers.picture import Picture
from pages.ui.figures.markup import escape, show, subtitle, two_digits
from pages.ui.figures.tint import tint
from pages.ui.inputs.forms import Form

MOST = 64  # tokens that are drawn


def turned(result: HiddenStatesResult, odd: Odd = UNMARKED) -> None:
    """The token that turns most in a sentence, then all tokens × layers."""
    layer, token, turn = most_turned(result)
    count = len(result.labels)
    note = "" if count <= MOST else f"the first {MOST} of {count} tokens"
    show(subtitle("How far each layer turns each token", note))
    name = escape(result.labels[token])
    show(
        '<p class="pg-legend" dir="auto">Every layer rewrites the vector of each token: 0 keeps its direction, 1 turns '
        f"it by a right angle. Of the text's own tokens, “{name}” turns most: {two_digits(turn)} in layer {layer}.</p>"
    )
    show(grid(result))


def grid(result: HiddenStatesResult) -> str:
    """One row per token, one column per layer, on a scale up to the largest turn, HTML."""
    found = turns(result.states)[:, :MOST]  # (layers, tokens)
    largest = max(float(found.max()), 1e-6)
    columns = "".join(f'<th scope="col">{layer}</th>' for layer in range(1, len(found) + 1))
    rows = "".join(
        f'<tr><th scope="row" dir="auto" title="{escape(label)}">{escape(label)}</th>'
        + "".join(cell(float(turn), largest, layer, label) for layer, turn in enumerate(values, 1))
        + "</tr>"
        for label, values in zip(result.labels[:MOST], found.T, strict=True)
    )
    alt = "How far each layer turns each token; one row per token, one column per layer"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}">'
        f'<table class="pg-matrix pg-head-table pg-token-table" style="--layers:{len(found)}">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(turn: float, largest: float, layer: int, label: str) -> str:
    """One token on one layer."""
    title = f"Layer {layer} turns “{label}” by {turn:.4f}"
    return f'<td style="--v:{tint(turn / largest)}" title="{escape(title)}">{two_digits(turn).removeprefix("0")}</td>'


FORM = Form({"text": "Text", "text_pair": "Second text (optional)"})
PICTURE = Picture(turned, "the same token turns most", "most_turned", models=("mini-bert", "mini-deberta"))
