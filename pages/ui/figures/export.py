"""The leave row: what can be taken along from a page."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import ModelLoadError
from core.files.rows import rows, safe_cell
from core.snippets import snippet
from core.text.phrases import quoted, shorten
from pages.ui.app import library, link
from pages.ui.app.popover import popover
from pages.ui.app.replies import Reply
from pages.ui.figures.figure import Figure, figures, page_title
from pages.ui.figures.markup import escape, plain_label, show
from pages.ui.figures.save_picture import save_picture
from pages.ui.figures.standalone import standalone

DOWNLOAD = ":material/download:"
WHOLE = "The whole picture"
MADE_BY = "BERT playground"
TAB = 32  # characters of a name on a tab
TEXTS = ("text", "question", "text_a")  # what requests call the first of their texts
CODE_HEIGHT = 420  # pixels
Rows = Sequence[dict[str, Any]]
RowsOf = Callable[[Reply], Rows]
WholeOf = Callable[[Reply], Any]
CodeOf = Callable[[Reply], str]
OriginOf = Callable[[Reply], str]


def result_rows(reply: Reply) -> Rows:
    """The rows of all results of a reply, with both texts where a pair was asked for."""
    return [pair(result) | row for result in reply.results for row in rows(result)]


def pair(result: Any) -> dict[str, Any]:
    """The two texts of a result on a pair; nothing for one on a single text."""
    second = getattr(result, "text_pair", "")
    return {"text": result.text, "text_pair": second} if second else {}


def result_fields(reply: Reply) -> Any:
    """All results of a reply as they are."""
    return [asdict(result) for result in reply.results]


def code_of_request(reply: Reply) -> str:
    """The code that gives the answer to a single request; none where there are several."""
    return snippet(library.catalog()[reply.checkpoint], reply.requests[0]) if len(reply.requests) == 1 else ""


def origin(reply: Reply) -> str:
    """What gave a result, for the foot of its picture."""
    one = reply.results[0].provenance
    return f"revision {one.revision}, {one.dtype} on {one.device}"


def text_of(reply: Reply) -> str:
    """The text that the reply is about, in quotation marks; empty where it is about none or several."""
    texts = {first_text(one) for one in reply.requests or reply.results}
    text = texts.pop() if len(texts) == 1 else ""
    return quoted(text) if text else ""


def first_text(one: Any) -> str:
    """The first text of a request or of a result."""
    texts = getattr(one, "texts", None)
    found = texts.values() if isinstance(texts, Mapping) else (getattr(one, name, "") for name in TEXTS)
    return next((text for text in found if isinstance(text, str) and text), "")


def leave_row(
    name: str,
    replies: Sequence[Reply],
    table: RowsOf = result_rows,
    whole: WholeOf = result_fields,
    *,
    code: CodeOf | None = None,
    origin: OriginOf = origin,
) -> None:
    """Downloads as CSV and JSON, made when they are asked for; pictures, Python, a link, the model cards.

    `code` writes the Python of a view that does more than answer a single request; `origin` the foot of its pictures
    where results tell no provenance.
    """
    if not replies:
        return

    def as_csv() -> str:
        return csv([{"checkpoint": one.checkpoint, **row} for one in replies for row in table(one)])

    def as_json() -> str:
        return json_text([whole(one) for one in replies])

    def as_python() -> dict[str, str]:
        return {one.checkpoint: (code or code_of_request)(one) for one in replies}

    origins = {one.checkpoint: origin(one) for one in replies}
    row(name, as_csv, as_json, origins, as_python, text_of(replies[0]))


def leave_table(
    name: str,
    table: Rows,
    origins: Mapping[str, str],
    python: Callable[[], Mapping[str, str]] | None = None,
    text: str = "",
) -> None:
    """The same for a table that no request gave: downloads, pictures, a link, the cards of the checkpoints in it, and
    Python if `python` writes it.

    `origins` has a line on each of them for the foot of the pictures.
    """
    row(name, lambda: csv(table), lambda: json_text(table), origins, python, text)


@st.fragment
def row(
    name: str,
    as_csv: Callable[[], str],
    as_json: Callable[[], str],
    origins: Mapping[str, str],
    as_python: Callable[[], Mapping[str, str]] | None = None,
    text: str = "",
) -> None:
    """The buttons. What is behind one is made when it is clicked, and nothing else is then. `text` is what all of it is
    about, for the foot of the pictures."""
    with st.container(horizontal=True, key="leave-row"):
        download("CSV", as_csv, f"{name}.csv", "text/csv")
        download("JSON", as_json, f"{name}.json", "application/json")
        pictures(name, origins, text)
        if as_python:
            python(as_python)
        link.copy_link()
        about(list(origins))
    link.scope()


def pictures(name: str, origins: Mapping[str, str], text: str = "") -> None:
    """Every figure that the page has drawn so far, to be saved; `origins` has a line on each checkpoint, `text` what
    they are about."""
    with popover("Pictures", ":material/image:", "pictures") as place:
        for one in figures() if place.open else ():
            of = [one.checkpoint] if one.checkpoint else list(origins)
            title = [one.title or WHOLE, one.checkpoint if len(origins) > 1 else ""]
            line = " · ".join(
                filter(None, [page_title(), one.title, "" if text in one.title else text, ", ".join(of), MADE_BY])
            )
            caption = [line, *(f"{each}: {origins[each]}" for each in of)]
            picture(one, ", ".join(filter(None, title)), caption, f"{name}-{one.key}")


def picture(one: Figure, title: str, caption: Sequence[str], name: str) -> None:
    """The row of one figure: its title and a button for each kind of file."""
    show(f'<p class="pg-picture">{escape(title)}</p>')
    with st.container(horizontal=True, key=f"picture-{one.key}"):
        save_picture(one.key, title, caption[0], name)
        download("HTML", lambda: standalone(one, caption), f"{name}.html", "text/html", key=f"html-{one.key}")


def python(write: Callable[[], Mapping[str, str]]) -> None:
    """The code of each checkpoint, to be copied."""
    with popover("Python", ":material/code:", "python") as place:
        codes = write() if place.open else {}
        for tab, text in zip(tabs(list(codes)), codes.values(), strict=True):
            tab.code(text, language="python", height=CODE_HEIGHT)


def about(checkpoints: Sequence[str]) -> None:
    """The model cards."""
    with popover("About", ":material/description:", "about") as place:
        shown = checkpoints if place.open else []
        for tab, checkpoint in zip(tabs(shown), shown, strict=True):
            if library.catalog()[checkpoint].source in ("package", "hub"):
                tab.caption("The model's own card, as its authors wrote it:")
            tab.markdown(card(checkpoint))


def tabs(names: Sequence[str]) -> Sequence[Any]:
    """A place for each name: tabs where there are several."""
    if len(names) < 2:
        return [st.container() for _ in names]
    return st.tabs([plain_label(shorten(name, TAB)) for name in names])


def download(label: str, content: Callable[[], str | bytes], name: str, kind: str, **look: Any) -> None:
    """A button for a file that is made when it is asked for."""
    st.download_button(label, content, name, kind, icon=DOWNLOAD, on_click="ignore", **look)


def card(checkpoint: str) -> str:
    """The model card, or a word if the checkpoint came without one."""
    try:
        return library.get_library().card(checkpoint)
    except ModelLoadError:
        return "This model came without a model card."


def csv(table: Rows) -> str:
    """The rows as CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    cells = [{safe_cell(name): safe_cell(value) for name, value in row.items()} for row in table]
    text: str = pd.DataFrame(cells).to_csv(index=False, lineterminator="\r\n")  # a bare \r is quoted only so
    return text


def json_text(value: Any) -> str:
    """Indented JSON; arrays become lists rounded to six digits."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=plain)


def plain(value: Any) -> Any:
    """What JSON can say of an array or a numpy number."""
    if isinstance(value, np.ndarray):
        return value.astype(float).round(6).tolist()
    return value.item()
