"""Tokenizers: one text in the pieces of several checkpoints, their ids and spans, a search in a vocabulary."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from core.errors import ModelLoadError
from core.snippets.pieces import pieces_snippet, vocabulary_snippet
from core.text.pieces import Tokenized
from pages.ui.answers import pieces
from pages.ui.app import engine, frame, library
from pages.ui.app.desk import answer
from pages.ui.app.replies import NONE_CHOSEN, Reply
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import pick_checkpoint, pick_checkpoints
from pages.ui.inputs.kept import kept_text
from pages.ui.inputs.texts import text_boxes

TOPIC, TASK = "tokenizers", "attention"  # a task that every checkpoint can do


def cut() -> list[Tokenized]:
    """The text as the chosen checkpoints cut it; one that fails does not lose the others."""
    text = text_boxes(TOPIC, "tokenizers", {"text": "Text"})["text"]
    chosen = pick_checkpoints(TASK, "tokenizers", first=("minilm", "mini-roberta"))
    found = []
    with answer():  # a text that one cannot read, none can
        if not chosen:
            show(NONE_CHOSEN)
        for checkpoint in chosen:
            try:
                found.append(engine.get_engine().tokenize(checkpoint, text))
            except ModelLoadError as e:
                show(callout(e.message, e.hint))
    return found


def side_by_side() -> None:
    """The pieces under each word, and what they add up to."""
    found = cut()
    with answer():
        if found:
            with figure("", "pieces"):
                pieces.under_words(found, library.catalog())
                pieces.counts(found, library.catalog())
            leave_with(found)


def ids() -> None:
    """Every piece with its number and its place."""
    found = cut()
    with answer():
        for one in found:
            with figure("", one.checkpoint, one.checkpoint):
                pieces.ids(one, library.catalog()[one.checkpoint])
        leave_with(found)


def leave_with(found: list[Tokenized]) -> None:
    """The pieces of each checkpoint, to be taken along."""
    replies = [Reply(one.checkpoint, (one,)) for one in found]
    leave_row("tokenizers", replies, rows, code=code, origin=revision)


def rows(reply: Reply) -> list[dict[str, Any]]:
    """Every piece, as a spreadsheet wants it."""
    return [asdict(piece) for piece in reply.result.pieces]


def code(reply: Reply) -> str:
    """The code that cuts the text."""
    return pieces_snippet(library.catalog()[reply.checkpoint], reply.result.text)


def revision(reply: Reply) -> str:
    """What gave the pieces."""
    return f"revision {library.catalog()[reply.checkpoint].revision}"


def vocabulary() -> None:
    """What a vocabulary has of a word."""
    wanted = st.text_input("Find tokens that contain", "play", live=True, **kept_text("tokenizers_wanted"))
    checkpoint = pick_checkpoint(TASK, "tokenizers_one")
    with answer():
        count, found = engine.get_engine().find_pieces(checkpoint, wanted)
        with figure("", checkpoint, checkpoint):
            pieces.found(wanted, count, found)
        replies = [Reply(checkpoint, tuple(found))] if found else []
        leave_row("vocabulary", replies, found_rows, found_rows, code=lambda r: search(r, wanted), origin=revision)


def found_rows(reply: Reply) -> list[dict[str, Any]]:
    """Every piece that was found, with its number."""
    return [{"token": token, "id": id} for token, id in reply.results]


def search(reply: Reply, wanted: str) -> str:
    """The code that looks for `wanted`."""
    return vocabulary_snippet(library.catalog()[reply.checkpoint], wanted)


VIEWS = {"Side by side": side_by_side, "IDs and positions": ids, "Vocabulary": vocabulary}

frame.page(__file__, "tokenizers_view", VIEWS)
