"""The leave row: what can be taken along from a page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.rows import rows, safe_cell
from pages.ui import engine
from pages.ui.side_by_side import Reply

DOWNLOAD = ":material/download:"
Rows = Sequence[dict[str, Any]]
RowsOf = Callable[[Reply], Rows]
WholeOf = Callable[[Reply], Any]


def result_rows(reply: Reply) -> Rows:
    """The rows of all results of a reply."""
    return [row for result in reply.results for row in rows(result)]


def result_fields(reply: Reply) -> Any:
    """All results of a reply as they are."""
    return [asdict(result) for result in reply.results]


def leave_row(name: str, replies: Sequence[Reply], table: RowsOf = result_rows, whole: WholeOf = result_fields) -> None:
    """Downloads as CSV and JSON, made when they are asked for, and the model cards."""
    if not replies:
        return

    def as_csv() -> str:
        return csv([{"checkpoint": one.checkpoint, **row} for one in replies for row in table(one)])

    def as_json() -> str:
        return json_text([whole(one) for one in replies])

    with st.container(horizontal=True, key="leave-row"):
        download("CSV", as_csv, f"{name}.csv", "text/csv")
        download("JSON", as_json, f"{name}.json", "application/json")
        for one in replies:
            with st.popover(f"About {one.checkpoint}", icon=":material/description:", width="content"):
                st.markdown(card(one.checkpoint))
    st.caption("To share what you see, copy the address: it holds your inputs.")


def download(label: str, content: Callable[[], str | bytes], name: str, kind: str, **look: Any) -> None:
    """A button for a file that is made when it is asked for."""
    st.download_button(label, content, name, kind, icon=DOWNLOAD, on_click="ignore", **look)


def card(checkpoint: str) -> str:
    """The model card, or a word if the checkpoint came without one."""
    try:
        return engine.get_engine().card(checkpoint)
    except OSError:
        return "This checkpoint came without a model card."


def csv(table: Rows) -> str:
    """The rows as CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return pd.DataFrame([{name: safe_cell(value) for name, value in row.items()} for row in table]).to_csv(index=False)


def json_text(value: Any) -> str:
    """Indented JSON; arrays become lists rounded to six digits."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=plain)


def plain(value: Any) -> Any:
    """What JSON can say of an array or a numpy number."""
    if isinstance(value, np.ndarray):
        return value.astype(float).round(6).tolist()
    return value.item()
