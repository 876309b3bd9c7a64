"""What is this visitor's own: the checkpoints that they uploaded, which nobody else may see."""

from collections.abc import Iterable

import streamlit as st

from core.catalog import Checkpoint

OWN = "own_checkpoints"  # the ids of this visitor's uploads


def own() -> tuple[str, ...]:
    """The ids of the uploads of this visit."""
    found: tuple[str, ...] = st.session_state.get(OWN, ())
    return found


def may_see(row: Checkpoint) -> bool:
    """Whether this visitor may choose the checkpoint: everybody's, or an upload of theirs."""
    return not row.private or row.id in own()


def seen(rows: Iterable[Checkpoint]) -> list[Checkpoint]:
    """The checkpoints among `rows` that this visitor may choose."""
    return [row for row in rows if may_see(row)]
