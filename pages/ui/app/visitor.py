"""Who is asking: a secret name for this visit, and what is this visitor's own."""

import secrets

import streamlit as st

VISITOR = "visitor"
OWN = "own_checkpoints"  # the ids of this visitor's uploads, also of those that made room for others


def visitor_id() -> str:
    """The name of this visit, by which the engine knows whose a checkpoint is; nobody can guess it."""
    name: str = st.session_state.setdefault(VISITOR, secrets.token_urlsafe(16))
    return name


def own() -> tuple[str, ...]:
    """The ids of the uploads of this visit."""
    found: tuple[str, ...] = st.session_state.get(OWN, ())
    return found
