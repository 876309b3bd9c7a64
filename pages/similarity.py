"""Similarity: two texts, one against many, all against all, search and map of a file, one word in several texts."""

import streamlit as st

from core.snippets.spaces import Space, matrix_snippet, pair_snippet, ranking_snippet
from core.tasks.word_in_context.snippet import places_snippet
from core.vectors.similarity import compare_places, compare_texts, judge_pair, rank_texts, sweep_layers
from pages.ui.app import engine, frame, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask_each
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row, result_rows
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.forms import ask_for, picker_and_options
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import centring
from pages.ui.inputs.texts import lines_of, text_boxes
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw
from pages.ui.views.vectors import similarity, space
from pages.ui.views.vectors.collection import compare_pair
from pages.ui.views.vectors.corpus import corpus_view

MOST_AGAINST_ONE = 1000
MOST_AGAINST_ALL = 60
MOST_PLACES = 40


def two_texts() -> None:
    """The cosine of two texts, among those of unrelated pairs, and on every layer."""
    checkpoints, request = ask_for("sentence-similarity", "similarity")
    centred = centring("similarity")
    with settings():
        layers = st.toggle(
            "Layer by layer",
            help="Shows the similarity of the two texts on every layer.",
            **kept("similarity_layers"),
        )

    def picture(reply: Reply) -> None:
        similarity.judged(reply.result)
        if layers:
            with st.spinner("Comparing unrelated sentences on every layer"):
                found = sweep_layers(engine.get_engine(), reply.checkpoint, request, centred=centred)
            with figure("Layer by layer", key := f"sweep-{reply.checkpoint}"):
                space.sweep(found, f"{key}-chart")

    with answer():
        replies = ask_each(checkpoints, lambda e, one: [judge_pair(e, one, request, centred=centred)])
        leave_row(
            "similarity",
            draw(replies, picture),
            whole=result_rows,
            code=lambda r: pair_snippet(library.catalog()[r.checkpoint], request, centred=centred),
        )


def one_to_many() -> None:
    """The lines nearest to a text."""
    labels = {"query": "Text", "texts": "Texts to compare it with, one per line"}
    values = text_boxes("search", "search", labels, long=["texts"])
    checkpoints, options = picker_and_options("feature-extraction", "search")
    centred = centring("search")
    with answer():
        lines = lines_of(values["texts"], MOST_AGAINST_ONE)
        if not lines or not values["query"].strip():
            show(callout("There is nothing to compare yet.", "Write a text and some lines.", "note"))
            return
        replies = ask_each(
            checkpoints, lambda e, one: [rank_texts(e, one, values["query"], lines, **options, centred=centred)]
        )
        good = draw(replies, lambda reply: similarity.ranking(reply.result))
        on_act(lambda place: compare_pair(values["query"], lines, place, checkpoints))
        leave_row(
            "one-to-many",
            good,
            whole=result_rows,
            code=lambda r: ranking_snippet(
                library.catalog()[r.checkpoint], Space(**options, centred=centred), values["query"], lines
            ),
        )


def all_pairs() -> None:
    """The cosines of every two lines as a heat map."""
    values = text_boxes("matrix", "matrix", {"texts": "Sentences, one per line"}, long=["texts"])
    checkpoints, options = picker_and_options("feature-extraction", "matrix")
    centred = centring("matrix")
    with settings():
        sort = st.toggle(
            "Group similar sentences",
            help="Reorders the rows so that similar sentences are next to each other.",
            **kept("matrix_sort"),
        )
    with answer():
        lines = lines_of(values["texts"], MOST_AGAINST_ALL)
        if enough(lines):
            replies = ask_each(checkpoints, lambda e, one: [compare_texts(e, one, lines, **options, centred=centred)])
            good = draw(replies, lambda reply: similarity.compared(reply.result, sort=sort))
            leave_row(
                "all-pairs",
                good,
                whole=result_rows,
                code=lambda r: matrix_snippet(
                    library.catalog()[r.checkpoint], Space(**options, centred=centred), lines
                ),
            )


def one_word() -> None:
    """The places of one word in several texts, all against all, on any layer."""
    labels = {"word": "Word", "texts": "Sentences that contain the word, one per line"}
    values = text_boxes("contexts", "contexts", labels, long=["texts"])
    checkpoints = pick_checkpoints("word-in-context", "contexts")
    with answer():
        lines = lines_of(values["texts"], MOST_PLACES)
        if enough(lines):
            replies = ask_each(checkpoints, lambda e, one: [compare_places(e, one, values["word"], lines)])
            deepest = max((len(one.result.similarities) for one in replies if not one.error), default=2) - 1
            with settings():
                layer = st.slider("Layer (0: embeddings)", 0, deepest, deepest, **kept("contexts_layer"))
            good = draw(replies, lambda reply: places(reply, layer))
            leave_row(
                "one-word",
                good,
                whole=result_rows,
                code=lambda r: places_snippet(library.catalog()[r.checkpoint], values["word"], lines),
            )


def places(reply: Reply, layer: int) -> None:
    """The cosines of all places on the chosen layer, and how they change from layer to layer."""
    similarity.places(reply.result, min(layer, len(reply.result.similarities) - 1))
    with figure("Layer by layer", key := f"word-{reply.checkpoint}"):
        space.places_by_layer(reply.result, f"{key}-chart")


def enough(lines: list[str]) -> bool:
    """Whether there are two lines to compare; says so if there are not."""
    if len(lines) < 2:
        show(callout("Enter at least two sentences.", "Write one per line, or pick an example.", "note"))
    return len(lines) >= 2


def many_texts() -> None:
    """A file or pasted lines: searched, cleared of duplicates, drawn as a map."""
    corpus_view("corpus")


def file() -> None:
    """A file of pairs of texts."""
    file_view("sentence-similarity", "similarity_file")


VIEWS = {
    "Two texts": two_texts,
    "One to many": one_to_many,
    "All pairs": all_pairs,
    "Search and map": many_texts,
    "One word": one_word,
    "A file": file,
}

frame.page(__file__, "view", VIEWS)
