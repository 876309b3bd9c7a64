"""What is left of the target with parts of the network switched off, and what each single part does to it."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.ablation.schema import AblationResult, strongest_part
from core.text.phrases import chance
from pages.ui.answers.picture import Picture
from pages.ui.figures.markup import escape, show, subtitle, two_digits
from pages.ui.figures.tint import tint
from pages.ui.inputs.forms import Form

NOUNS = {"heads": "head", "layers": "layer", "feed-forwards": "feed-forward part"}


def switched_off(result: AblationResult, odd: Odd = UNMARKED) -> None:
    """Before and after, then the map of single parts."""
    show(subtitle(f"“{result.target}” with parts switched off" if result.target else "With parts switched off"))
    show(
        f'<p class="pg-legend">With the whole network {shown(result, result.before)}, with these parts off '
        f"{shown(result, result.after)}.</p>"
    )
    if result.importance.size:
        importance_map(result)


def shown(result: AblationResult, value: float) -> str:
    """A probability, or a cosine with its sign."""
    return chance(value) if value >= 0 else two_digits(value)


def importance_map(result: AblationResult) -> None:
    """One row per layer, one column per head, blue where the part supports the target; the largest in words."""
    best = strongest_part(result)
    if best is None or result.each is None:
        return
    layer, head, fall = best
    place = f"layer {layer}, head {head}" if result.each == "heads" else f"{NOUNS[result.each]} {layer}"
    way = "falls" if fall > 0 else "rises"
    show(subtitle(f"What each {NOUNS[result.each]} does alone", "switched off one at a time"))
    show(
        f'<p class="pg-legend">Blue parts support the answer, orange parts speak against it. Without {escape(place)}, '
        f"the value {way} most, by {two_digits(abs(fall))}.</p>"
    )
    show(grid(result))


def grid(result: AblationResult) -> str:
    """The map, HTML."""
    values = result.importance
    largest = max(float(abs(values).max()), 1e-6)
    columns = (
        "".join(f'<th scope="col">{n}</th>' for n in range(1, values.shape[1] + 1)) if result.each == "heads" else ""
    )
    rows = "".join(
        f'<tr><th scope="row">{layer}</th>'
        + "".join(cell(float(value), largest, layer, head) for head, value in enumerate(row, 1))
        + "</tr>"
        for layer, row in enumerate(values, 1)
    )
    alt = "How much the value falls without each part; one row per layer"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix pg-head-table">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(value: float, largest: float, layer: int, head: int) -> str:
    """One part on its colour; its sign stands before its digits."""
    title = f"Layer {layer}, part {head}: the value falls by {value:.4f}".replace("-", "−")
    digits = f"{value:+.2f}".replace("-", "−").replace("0.", ".")
    return f'<td style="--v:{tint(value / largest)}" title="{title}">{digits}</td>'


FORM = Form({"text": "Text", "text_pair": "Compared with (optional)"})
PICTURE = Picture(switched_off, "the same part matters most", "most_important")
