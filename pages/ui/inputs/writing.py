"""What the app writes into a visitor's fields, such as an example: it counts beside what the visitor changes meanwhile.

The browser sends all fields as it knows them. A visitor who changes one before the browser has heard what was written
into another would undo that.
"""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

WRITTEN = "written"
LONGEST_IN_ADDRESS = 1500  # characters; longer texts stay in the session, and only the button “Link” takes them along
ON_ITS_WAY_S = 2.0  # that a browser may take to hear of it


def write(key: str, value: Any) -> None:
    """Puts the value into the field `key`, from a callback."""
    written = st.session_state.setdefault(WRITTEN, {})
    written[key] = (st.session_state.get(key), value, time.monotonic())
    st.session_state[key] = value


def write_elsewhere(fields: Mapping[str, Any]) -> None:
    """Puts values into fields of a view that is not shown yet, and those that are short into its address: Streamlit
    would leave them out of it."""
    for key, value in fields.items():
        write(key, value)
    st.query_params.update({key: value for key, value in fields.items() if len(str(value)) <= LONGEST_IN_ADDRESS})


def hold(key: str) -> None:
    """Before the field `key` is made: its old value, from a browser that has not heard yet, gives way to the new."""
    old, new, when = st.session_state.get(WRITTEN, {}).get(key, (None, None, 0.0))
    if old != new and st.session_state.get(key) == old and time.monotonic() - when < ON_ITS_WAY_S:
        st.session_state[key] = new
