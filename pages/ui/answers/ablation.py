"""What is left of the target with parts of the network switched off, and what each single part does to it."""

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.ablation.schema import AblationResult, strongest_part
from core.tasks.target import COSINE
from core.text.phrases import chance
from pages.ui.answers.picture import Picture
from pages.ui.figures.acts import button
from pages.ui.figures.bars import Bar, bars
from pages.ui.figures.markup import escape, show, subtitle, two_digits
from pages.ui.figures.tint import tint
from pages.ui.inputs.forms import Form

NOUNS = {"heads": "head", "layers": "layer", "feed-forwards": "feed-forward part"}


def switched_off(result: AblationResult, odd: Odd = UNMARKED) -> None:
    """Before and after, then the map of single parts."""
    before_and_after(result)
    if result.importance.size:
        importance_map(result)


def before_and_after(result: AblationResult) -> None:
    """Both values as bars."""
    show(subtitle(f"“{result.target}” with parts switched off"))
    values = {"whole network": result.before, "parts off": result.after}
    rows = [Bar(name, value, shown(value), best=not n) for n, (name, value) in enumerate(values.items())]
    show(bars(rows, "With the whole network and with parts switched off"))


def shown(value: float) -> str:
    """A probability, or a cosine with its sign."""
    return chance(value) if value >= 0 else two_digits(value)


def measure(result: AblationResult) -> str:
    """What the numbers of the map are: logits, as probabilities near 1 hardly move."""
    return "cosine" if result.target == COSINE.words else "logit"


def importance_map(result: AblationResult, *, acts: bool = False) -> None:
    """One row per layer, one column per head, blue where the part supports the target; the largest in words."""
    best = strongest_part(result)
    if best is None or result.each is None:
        return
    layer, head, fall = best
    place = f"layer {layer}, head {head}" if result.each == "heads" else f"{NOUNS[result.each]} {layer}"
    way = "falls" if fall > 0 else "rises"
    show(subtitle(f"What each {NOUNS[result.each]} does alone", f"fall of the {measure(result)} without it"))
    show(
        f'<p class="pg-legend">Blue parts support the answer, orange parts speak against it. Without {escape(place)}, '
        f"it {way} most, by {two_digits(abs(fall))}.</p>"
    )
    show(grid(result, acts=acts))


def grid(result: AblationResult, *, acts: bool = False) -> str:
    """The map, HTML. With `acts`, a click gives “layer.head”, or the layer alone where parts have no heads."""
    values, single = result.logit_importance, result.each != "heads"
    largest = max(float(abs(values).max()), 1e-6)

    def cell(value: float, layer: int, head: int) -> str:
        name = str(layer) if single else f"{layer}.{head}"
        title = f"Without {name} the {measure(result)} falls by {value:.4f}".replace("-", "−")
        digits = f"{value:+.2f}".replace("-", "−").replace("0.", ".")
        content = button(digits, name, f"{title}. Click to switch it off or on.") if acts else digits
        return f'<td style="--v:{tint(value / largest)}" title="{title}">{content}</td>'

    columns = "".join(f'<th scope="col">{n}</th>' for n in range(1, values.shape[1] + 1) if not single)
    rows = "".join(
        f'<tr><th scope="row">{layer}</th>'
        + "".join(cell(float(value), layer, head) for head, value in enumerate(row, 1))
        + "</tr>"
        for layer, row in enumerate(values, 1)
    )
    alt = f"How much the {measure(result)} falls without each part; one row per layer"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix pg-head-table">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


FORM = Form({"text": "Text", "text_pair": "Compared with (optional)"})
PICTURE = Picture(switched_off, "the same part matters most", "most_important")
