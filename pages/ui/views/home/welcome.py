"""The home page's own pictures: its opening and the families."""

from pages.ui.app.families import FAMILIES, Family, badge
from pages.ui.figures.markup import escape, show, subtitle

OPENING = (  # what to do here, and what one sees
    '<div class="pg-hero"><h1>Type a sentence and watch BERT read it</h1>'
    "<p>See the words it predicts, the names it finds, the sentiment it detects, and what its attention heads look at."
    "</p></div>"
)


def opening() -> None:
    """The first lines of Home."""
    show(OPENING)


def families() -> None:
    """The family tree in a few words each."""
    cards = "".join(map(family_card, sorted(FAMILIES.values(), key=lambda family: family.year)))
    remark = "encoders: they read a whole text at once, in both directions"
    show(f'{subtitle("The family", remark)}<ul class="pg-families">{cards}</ul>')


def family_card(family: Family) -> str:
    """Mark, name, year and idea of one family."""
    head = f"{badge(family.id)}<b>{escape(family.name)}</b><small>{family.year}</small>"
    return f'<li style="--c:{family.color}">{head}<p>{escape(family.idea)}</p></li>'
