"""A visitor's file of parsed sentences."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import PlaygroundError
from core.inspect.conllu import MOST_BYTES, read_conllu
from core.inspect.grammar import ParsedSentence
from pages.ui.app.arriving import opened


@dataclass(frozen=True)
class ParsedFile:
    """Its sentences, and what tells its content from that of others."""

    sentences: tuple[ParsedSentence, ...]
    digest: str


def conllu_file(label: str, key: str, kinds: Sequence[str] = ("conllu",)) -> ParsedFile | PlaygroundError | None:
    """What is in the file, or what is wrong with it; None without one. An upload can be read once, so the session
    keeps it."""
    found, of = f"{key}_parsed", f"{key}_file_id"
    file = st.file_uploader(label, list(kinds), max_upload_size=MOST_BYTES // 1_000_000, key=key)
    if file is None:
        st.session_state.pop(found, None)
        st.session_state.pop(of, None)
        return None
    if st.session_state.get(of) != file.file_id:
        st.session_state[found] = _parsed(file)
        st.session_state[of] = file.file_id
    kept: ParsedFile | PlaygroundError = st.session_state[found]
    return kept


def _parsed(file: UploadedFile) -> ParsedFile | PlaygroundError:
    """The file, read and taken apart."""
    try:
        with opened(file) as arrived:
            content = arrived.read(MOST_BYTES + 1)
        return ParsedFile(read_conllu(content), hashlib.sha256(content).hexdigest())
    except PlaygroundError as e:
        return e
