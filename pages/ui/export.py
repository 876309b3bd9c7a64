"""The leave row: what can be taken along from a page."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import engine
from pages.ui.rows import rows
from pages.ui.side_by_side import Reply

Rows = Sequence[dict[str, Any]]


def leave_row(name: str, replies: Sequence[Reply], table: Rows | None = None, whole: Any = None) -> None:
    """Downloads as CSV and JSON, and the model cards. `table` and `whole` stand in for the results as they are."""
    if not replies:
        return
    if table is None:
        table = [
            {"checkpoint": one.checkpoint, **row} for one in replies for result in one.results for row in rows(result)
        ]
    if whole is None:
        whole = [asdict(result) for one in replies for result in one.results]
    with st.container(horizontal=True, key="leave-row"):
        st.download_button("CSV", csv(table), f"{name}.csv", "text/csv", icon=":material/download:", on_click="ignore")
        st.download_button(
            "JSON", as_json(whole), f"{name}.json", "application/json", icon=":material/download:", on_click="ignore"
        )
        for checkpoint in dict.fromkeys(one.checkpoint for one in replies):
            with st.popover(f"About {checkpoint}", icon=":material/description:", width="content"):
                st.markdown(card(checkpoint))
    st.caption("To share what you see, copy the address: it holds your inputs.")


def card(checkpoint: str) -> str:
    """The model card, or a word if the checkpoint came without one."""
    try:
        return engine.get_engine().card(checkpoint)
    except OSError:
        return "This checkpoint came without a model card."


def csv(table: Rows) -> str:
    """The rows as CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""

    def safe(value: Any) -> Any:
        return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value

    return pd.DataFrame([{name: safe(value) for name, value in row.items()} for row in table]).to_csv(index=False)


def as_json(value: Any) -> str:
    """Indented JSON; arrays become lists rounded to six digits."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=plain)


def plain(value: Any) -> Any:
    """What JSON can say of an array or a numpy number."""
    if isinstance(value, np.ndarray):
        return value.astype(float).round(6).tolist()
    return value.item()
