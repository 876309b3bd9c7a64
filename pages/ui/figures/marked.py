"""Spans marked in the text itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from pages.ui.figures.acts import button
from pages.ui.figures.markup import escape

ACCENT = "var(--accent)"
FITS = 200  # characters that need no scrolling on a phone, even with a note on every word
FITS_LARGE = 160  # characters; longer texts are set as small as the others


@dataclass(frozen=True)
class Mark:
    """text[start:end] in `color`, with a small `note` behind it if there is one; `show` stands in place of the text,
    and `dashed` sets it apart from its like. With an `act` it can be clicked, which does what `title` says."""

    start: int
    end: int
    color: str
    note: str = ""
    title: str = ""
    show: str | None = None
    dashed: bool = False
    quiet: bool = False  # without the line under it: one of many
    act: str = ""


def marked(text: str, marks: Iterable[Mark], *, large: bool = False, found: bool = False) -> str:
    """The text with its marks, HTML. Marks that overlap an earlier one are left out.

    One that may have to be scrolled can be reached by keyboard; if the marks are what was `found`, it opens at the
    first. A `large` one is the sentence as a whole, set in large type if it is short.
    """
    parts, last = [], 0
    for mark in sorted(marks, key=lambda m: (m.start, m.end)):
        if mark.start < last:
            continue
        inside = mark.show if mark.show is not None else text[mark.start : mark.end]
        note = f"<small>{escape(mark.note)}</small>" if mark.note else ""
        kinds = " ".join(kind for kind in ("dashed", "quiet") if getattr(mark, kind))
        look = f'class="{kinds}" style="--c:{mark.color}" title="{escape(mark.title)}"'
        content = f"<bdi>{escape(inside)}</bdi>{note}"
        parts.append(escape(text[last : mark.start]))
        parts.append(f"<mark {look}>{button(content, mark.act, mark.title) if mark.act else content}</mark>")
        last = mark.end
    body = "".join([*parts, escape(text[last:])])
    reach = "" if len(text) <= FITS else ' tabindex="0" role="group" aria-label="The text"'
    classes = [name for name, so in (("large", large), ("long", len(text) > FITS_LARGE), ("found", found)) if so]
    return f'<p class="{" ".join(["pg-text", *classes])}" dir="auto"{reach}>{body}</p>'
