"""Tokenizers: one text in the pieces of several checkpoints, their ids and spans, a search in a vocabulary."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from core.catalog import load_catalog
from core.pieces import Tokenized
from pages.ui import engine, frame, inputs
from pages.ui.export import csv, download, pictures
from pages.ui.figure import figure
from pages.ui.guard import guard
from pages.ui.link import copy_link, scope
from pages.ui.markup import callout, show
from pages.ui.render import pieces

TOPIC, TASK = "tokenizers", "attention"  # a task that every checkpoint can do


def cut() -> list[Tokenized]:
    """The text as the chosen checkpoints cut it; one that fails does not lose the others."""
    text = inputs.texts(TOPIC, "tokenizers", {"text": "Text"})["text"]
    chosen = inputs.checkpoints(TASK, "tokenizers")
    if not chosen:
        show(callout("No checkpoint is chosen.", "Choose one to four above.", "note"))
    found = []
    for checkpoint in chosen:
        with guard():
            found.append(engine.get_engine().tokenize(checkpoint, text))
    return found


def side_by_side() -> None:
    """The pieces under each word, and what they add up to."""
    if found := cut():
        with figure("", "pieces"):
            pieces.under_words(found, load_catalog())
            pieces.counts(found, load_catalog())
        with st.container(horizontal=True, key="leave-row"):
            download("CSV", lambda: csv(rows(found)), "tokenizers.csv", "text/csv")
            pictures("tokenizers", {one.checkpoint: f"{one.vocabulary:,} pieces in its vocabulary" for one in found})
            copy_link()
        scope()


def rows(found: Sequence[Tokenized]) -> list[dict[str, Any]]:
    """Every piece of every checkpoint, as a spreadsheet wants it."""
    return [{"checkpoint": one.checkpoint, **asdict(piece)} for one in found for piece in one.pieces]


def ids() -> None:
    """Every piece with its number and its place."""
    for one in cut():
        pieces.ids(one, load_catalog()[one.checkpoint])


def vocabulary() -> None:
    """What a vocabulary has of a word."""
    left, right = st.columns(2)
    wanted = left.text_input("Part of a word", "play", live=True, **inputs.kept_text("tokenizers_wanted"))
    with right:
        checkpoint = inputs.checkpoint(TASK, "tokenizers_one")
    with guard():
        pieces.found(wanted, *engine.get_engine().find_pieces(checkpoint, wanted))


VIEWS = {"Side by side": side_by_side, "Ids and places": ids, "Vocabulary": vocabulary}

frame.header(__file__)
VIEWS[inputs.view("tokenizers_view", VIEWS)]()
frame.footer(__file__)
