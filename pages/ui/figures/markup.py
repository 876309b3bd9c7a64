"""HTML by hand, safely: texts of users and models go through `escape`; the other functions take safe HTML."""

import html
import re
import string
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from core.text.phrases import shorten as shorten
from pages.ui.figures.figure import record

COLON = re.compile(r":(?=\S)")  # that could begin an emoji or an icon
NOTHING: Mapping[str, str] = {}
PUNCTUATION = re.compile(rf"[{re.escape(string.punctuation)}]")
CONTROLS = {c: 0x2400 + c for c in range(32) if chr(c) not in "\n\t"} | {127: 0x2421}
CONTROLS |= dict.fromkeys(range(0x202A, 0x202F), 0xFFFD)  # would turn what follows them round, also our words


def escape(text: object) -> str:
    """`text` as HTML that shows it letter for letter; control characters become pictures."""
    return html.escape(str(text).translate(CONTROLS), quote=True)


def show(body: str) -> None:
    """Puts safe HTML on the page, and into the figure that is open."""
    record(body)
    st.html(body)


def plain_label(text: object) -> str:
    """`text` for a label of Streamlit's own, which would take some signs for Markdown, emoji and icons.

    Backslashes do not keep it from an emoji; an invisible joiner behind the colon that begins one does.
    """
    line = COLON.sub(":\u2060", " ".join(str(text).translate(CONTROLS).split()))
    return PUNCTUATION.sub(r"\\\g<0>", line)


def plotly_text(text: object, longest: int = 24) -> str:
    """`text` for a plotly label, which would take some HTML for markup."""
    return escape(shorten(text, longest))


def two_digits(value: float) -> str:
    """The number with two digits and a proper minus, never a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    alt: str,
    numeric: Iterable[int] = (),
    groups: Sequence[tuple[str, int]] = (),
    badges: Mapping[str, str] = NOTHING,
    told: Mapping[str, str] = NOTHING,
) -> str:
    """A table of safe cells under plain headers; the columns in `numeric` align right. `alt` says what it shows.
    `badges` are safe HTML that stands before a header; `told` is plain text that a header says under the pointer.

    With `groups`, a name and a number of columns each, the names stand above the headers, each cell has the class
    in-N of its group, from 0, and each row is a card on a phone. A browser no longer takes that for a table, hence the
    roles.
    """
    right = set(numeric)
    group_of = [n for n, (_, count) in enumerate(groups) for _ in range(count)]

    def cell(name: str, n: int, content: str) -> str:
        kinds = " ".join(["num"] * (n in right) + [f"in-{group}" for group in group_of[n : n + 1]])
        attributes = (f' class="{kinds}"' if kinds else "") + ' dir="auto"'
        if name == "th":
            attributes += f' title="{escape(told[headers[n]])}"' if headers[n] in told else ""
            return f'<th scope="col"{" role=columnheader" if groups else ""}{attributes}>{content}</th>'
        label = f' role="cell" data-label="{escape(headers[n])}"' if groups else ""
        return f"<td{label}{attributes}>{content}</td>"

    line = '<tr role="row">' if groups else "<tr>"
    head = line + "".join(cell("th", n, badges.get(h, "") + escape(h)) for n, h in enumerate(headers)) + "</tr>"
    body = "".join(line + "".join(cell("td", n, c) for n, c in enumerate(row)) + "</tr>" for row in rows)
    if groups:
        over = "".join(
            f'<th scope="colgroup" role="columnheader" class="in-{n}" colspan="{count}">{escape(name)}</th>'
            if name
            else f'<td role="cell" colspan="{count}"></td>'
            for n, (name, count) in enumerate(groups)
        )
        head = f'<tr role="row" class="pg-groups">{over}</tr>{head}'
    part, whole = (' role="rowgroup"', ' role="table"') if groups else ("", "")
    return (
        f'<div class="pg-scroll{" pg-cards" if groups else ""}" tabindex="0" role="region" aria-label="{escape(alt)}">'
        f'<table class="pg-table"{whole}><thead{part}>{head}</thead><tbody{part}>{body}</tbody></table></div>'
    )


def callout(message: str, hint: str = "", kind: str = "error") -> str:
    """A sentence and what to do about it, both plain text. `kind`: error or note."""
    role = "alert" if kind == "error" else "status"
    sentence = f'<b dir="auto">{escape(message)}</b> <span dir="auto">{escape(hint)}</span>'
    return f'<div class="pg-callout pg-{kind}" role="{role}">{sentence}</div>'


def subtitle(title: str, note: str = "") -> str:
    """A small heading with a remark beside it, both plain text."""
    return f'<div class="pg-sub"><b>{escape(title)}</b><span>{escape(note)}</span></div>'
