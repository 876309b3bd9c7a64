"""Similarity: two texts, many against each other, or a search among pasted sentences."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.catalog import Checkpoint, load_catalog
from core.requests import FeatureExtractionRequest
from core.snippets import matrix_snippet, search_snippet
from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.files import file_view
from pages.ui.guard import guard
from pages.ui.markup import callout, show
from pages.ui.render import texts
from pages.ui.side_by_side import Reply, ask, draw

MOST_IN_MATRIX = 30
MOST_IN_SEARCH = 1000


def two_texts() -> None:
    """The cosine of two texts."""
    checkpoints, request = inputs.ask("sentence-similarity", "similarity")
    with guard():
        replies = draw(ask("sentence-similarity", checkpoints, [request]), lambda reply: texts.similarity(reply.result))
        leave_row("similarity", replies)


def all_against_all() -> None:
    """The cosines of every two lines as a heat map."""
    values = inputs.texts("matrix", "matrix", {"texts": "Sentences, one a line"}, long=["texts"])
    checkpoints, options = inputs.picker_and_options("feature-extraction", "matrix")
    with guard():
        sentences = inputs.lines(values["texts"], MOST_IN_MATRIX)
        if len(sentences) < 2:
            show(callout("There are not two sentences yet.", "Write one a line, or pick an example.", "note"))
            return
        requests = [FeatureExtractionRequest(text, **options) for text in sentences]
        replies = draw(
            ask("feature-extraction", checkpoints, requests), lambda reply: texts.matrix(sentences, cosines(reply))
        )
        code = code_of(matrix_snippet)
        leave_row("similarity", replies, lambda reply: matrix_rows(reply, sentences), code=code)


def search() -> None:
    """The lines nearest to a query."""
    labels = {"query": "What are you looking for?", "texts": "Sentences to search, one a line"}
    values = inputs.texts("search", "search", labels, long=["texts"])
    checkpoints, options = inputs.picker_and_options("feature-extraction", "search")
    with guard():
        sentences = inputs.lines(values["texts"], MOST_IN_SEARCH)
        if not sentences or not values["query"].strip():
            show(callout("There is nothing to search yet.", "Write a query and some sentences.", "note"))
            return
        requests = [FeatureExtractionRequest(text, **options) for text in (values["query"], *sentences)]
        replies = draw(
            ask("feature-extraction", checkpoints, requests),
            lambda reply: texts.hits(sentences, cosines(reply)[0, 1:]),
        )
        leave_row("search", replies, lambda reply: search_rows(reply, sentences), code=code_of(search_snippet))


def code_of(snippet: Callable[[Checkpoint, Sequence[FeatureExtractionRequest]], str]) -> Callable[[Reply], str]:
    """The code of a reply as `snippet` writes it."""
    return lambda reply: snippet(load_catalog()[reply.checkpoint], reply.requests)


def cosines(reply: Reply) -> np.ndarray:
    """Of all vectors of a reply, shape (texts, texts); they have length one."""
    vectors = np.stack([result.embedding for result in reply.results])
    return vectors @ vectors.T


def matrix_rows(reply: Reply, sentences: list[str]) -> list[dict[str, Any]]:
    return [
        {"text_a": a, "text_b": b, "similarity": float(value)}
        for a, row in zip(sentences, cosines(reply), strict=True)
        for b, value in zip(sentences, row, strict=True)
    ]


def search_rows(reply: Reply, sentences: list[str]) -> list[dict[str, Any]]:
    found = sorted(zip(cosines(reply)[0, 1:], sentences, strict=True), key=lambda hit: -hit[0])
    return [{"text": text, "similarity": float(value)} for value, text in found]


def file() -> None:
    """A file of pairs of texts."""
    file_view("sentence-similarity", "similarity_file")


VIEWS = {"Two texts": two_texts, "All against all": all_against_all, "Search": search, "A file": file}

frame.header(__file__)
VIEWS[inputs.view("view", VIEWS)]()
frame.footer(__file__)
