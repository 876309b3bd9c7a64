"""Texts that are there twice, or nearly, in groups."""

from collections.abc import Sequence

from core.vectors.duplicates import Duplicates
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle

GROUPS_SHOWN = 50
TEXTS_SHOWN = 20  # of a group


def groups(found: Duplicates, texts: Sequence[str], numbers: Sequence[int]) -> None:
    """How many texts could go, and the groups that hang together, the largest first, with the rows of the file."""
    all_groups = found.groups()
    if found.full:
        show(
            callout(f"There are more than {len(found.pairs()):,} pairs.", "Choose a higher minimum similarity.", "note")
        )
    if not all_groups:
        show(f'<p class="pg-empty">No two texts have a cosine of {found.threshold:.2f} or more.</p>')
        return
    spare = sum(len(group) - 1 for group in all_groups)
    count = f"{len(all_groups):,} group{'s' if len(all_groups) > 1 else ''}"
    show(subtitle(count, f"{spare:,} of {len(texts):,} texts are redundant if you keep one per group"))
    best: dict[int, float] = {}
    for pair in found.pairs():
        for place in (pair.first, pair.second):
            best[place] = max(best.get(place, 0.0), pair.similarity)
    show("".join(group_list(group, texts, numbers, best) for group in all_groups[:GROUPS_SHOWN]))


def group_list(group: Sequence[int], texts: Sequence[str], numbers: Sequence[int], best: dict[int, float]) -> str:
    """The texts of a group, each with the row of its file and its cosine with its nearest."""
    items = "".join(
        f'<li><span>row {numbers[n]:,}</span><bdi dir="auto">{escape(shorten(texts[n], 200))}</bdi>'
        f"<b>{best[n]:.3f}</b></li>"
        for n in group[:TEXTS_SHOWN]
    )
    rest = f"<li><span></span>and {len(group) - TEXTS_SHOWN:,} more</li>" if len(group) > TEXTS_SHOWN else ""
    return f'<ul class="pg-group">{items}{rest}</ul>'
