"""What can be seen in many vectors: the nearest to a query, duplicates, a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.files.tables import Table
from core.jobs import Job
from core.snippets.source import Source
from core.snippets.spaces import Space, duplicates_snippet, map_snippet, search_snippet
from core.vectors.corpus import Corpus
from core.vectors.duplicates import Duplicates, DuplicateSearch
from core.vectors.projection import MOST_POINTS, SEED, Plane, Umap, pca
from core.vectors.similarity import map_of, pairs_of, search_corpus
from pages.ui.answers import cost
from pages.ui.app import jobs
from pages.ui.app.desk import settings
from pages.ui.app.replies import Reply, ask_each
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row, result_rows
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.kept import kept
from pages.ui.inputs.options import centring
from pages.ui.inputs.writing import write, write_elsewhere
from pages.ui.views.files.file_view import so_far
from pages.ui.views.side_by_side import draw
from pages.ui.views.vectors import duplicates, similarity, space
from pages.ui.views.vectors.space import MOST_COLORS

EXAMPLE = "sentences.csv"
AT_ONCE = 2000  # texts that are embedded, and compared with each other, without being asked to
PATIENCE_S = 20  # that a page waits for so few
NO_GROUPS = "one colour for all"
WAYS = {
    "PCA": "The two directions of greatest variance. Large distances mean something; detail is lost.",
    "UMAP": "Neighbours stay neighbours. Distances between groups, and group sizes, mean little.",
}
LEAST_ON_A_MAP = 5


@dataclass(frozen=True)
class Collection:
    """A corpus with the table that it comes from, and the column of its texts."""

    corpus: Corpus
    table: Table
    text_column: str
    prefix: str

    @property
    def source(self) -> Source:
        """Where code finds the texts: the example in its folder, other files beside the code."""
        name = f"assets/{EXAMPLE}" if self.table.name == EXAMPLE else self.table.name
        return Source(name, (self.text_column,))

    def space(self, *, centred: bool = False) -> Space:
        """The vectors as code makes them."""
        return Space(*self.corpus.options, centred)

    def column(self, name: str) -> list[str]:
        """A column of the table, or nothing if it has none of that name."""
        return self.table.column(name) if name in self.table.columns else []


def search(one: Collection) -> None:
    """The texts nearest to what the visitor types."""
    query = st.text_input(
        "What are you looking for?", "an instrument nobody tuned", live=True, **kept(f"{one.prefix}_query")
    )
    with settings():
        most = st.slider("Texts to show", 1, 50, 8, **kept(f"{one.prefix}_most"))
    centred = centring(one.prefix)
    if not query.strip():
        show(callout("There is nothing to search for yet.", "Type a few words above.", "note"))
        return
    replies = ask_each(
        one.corpus.checkpoints, lambda e, name: [search_corpus(e, name, query, one.corpus, most, centred=centred)]
    )
    good = draw(replies, lambda reply: similarity.found(reply.result))
    on_act(lambda place: compare_pair(query, one.corpus.texts, place, one.corpus.checkpoints))
    leave_row(
        "search", good, whole=result_rows, code=lambda r: search_code(one, r.checkpoint, query, most, centred=centred)
    )


def compare_pair(query: str, texts: Sequence[str], place: str, checkpoints: Sequence[str]) -> None:
    """What a click on a text does: it is compared alone with what was looked for, by the same models."""
    if place.isdecimal() and int(place) < len(texts):
        write("view", "Two texts")
        pair = {"similarity_text_a": query, "similarity_text_b": texts[int(place)]}
        write_elsewhere({**pair, "similarity_checkpoints": list(checkpoints)})


def search_code(one: Collection, checkpoint: str, query: str, most: int, *, centred: bool) -> str:
    """The code that searches the file."""
    return search_snippet(one.corpus.models[checkpoint], one.space(centred=centred), query, one.source, most)


def doubles(one: Collection) -> None:
    """Texts that are there twice, or nearly."""
    with settings():
        threshold = st.slider("Minimum similarity", 0.5, 1.0, 0.85, 0.01, **kept(f"{one.prefix}_threshold"))
    replies = []
    for place, checkpoint in zip(columns(one), one.corpus.checkpoints, strict=True):
        with place, figure("", checkpoint, checkpoint):
            cost.heading(one.corpus.models[checkpoint])
            if found := compared(one, checkpoint, threshold):
                duplicates.groups(found, one.corpus.texts, one.table.numbers)
                result = pairs_of(one.corpus, checkpoint, found, one.table.numbers)
                replies.append(Reply(checkpoint, (result,)))
    leave_row(
        "duplicates",
        replies,
        whole=result_rows,
        code=lambda r: duplicates_snippet(one.corpus.models[r.checkpoint], one.space(), one.source, threshold),
    )


def columns(one: Collection) -> list[st.delta_generator.DeltaGenerator]:
    """A column a checkpoint."""
    return st.columns(len(one.corpus.checkpoints), gap="large")


def compared(one: Collection, checkpoint: str, threshold: float) -> Duplicates | None:
    """The search for pairs once it has ended: for few texts at once, for many when the visitor says so."""
    key, vectors = f"{one.prefix}_duplicates_{checkpoint}", one.corpus.vectors(checkpoint)
    few = len(one.corpus.texts) <= AT_ONCE
    job = jobs.find(key)
    if job is None or job.work.vectors is not vectors or job.work.threshold != threshold:
        label = f"Compare all pairs of {len(one.corpus.texts):,} texts"
        if not few and not st.button(label, icon=":material/play_arrow:", key=f"{key}_go"):
            return None
        jobs.start(key, DuplicateSearch(vectors, threshold))
    with st.spinner("Comparing all pairs"):
        found: Duplicates | None = found_by(key, so_far, PATIENCE_S if few else 0.0)
    return found


def found_by(key: str, words: jobs.Words, patience_s: float = 0.0, *, stoppable: bool = True) -> Any:
    """What a job has found, which is followed until it ends; None before."""
    job = jobs.find(key, patience_s)
    if jobs.running(job):
        jobs.follow(key, words, stoppable=stoppable)
        return None
    if job and job.progress.error:
        raise job.progress.error
    return job and job.result


def chart(one: Collection) -> None:
    """The texts as points in a plane."""
    left, right = st.columns(2, vertical_alignment="bottom")
    way = str(
        left.segmented_control("Projection", list(WAYS), default="PCA", required=True, **kept(f"{one.prefix}_way"))
    )
    names = [name for name in one.table.columns if name != one.text_column]
    few = [name for name in names if len(set(one.table.column(name))) <= MOST_COLORS]
    others = [name for name in names if name not in few]
    colours = right.selectbox("Colour by", [*few, NO_GROUPS, *others], **kept(f"{one.prefix}_colours"))
    show(f'<p class="pg-legend">{WAYS[way]}</p>')
    if len(one.corpus.texts) < LEAST_ON_A_MAP:
        show(callout(f"There are {len(one.corpus.texts)} texts.", f"A map needs at least {LEAST_ON_A_MAP}.", "note"))
        return
    replies = []
    for place, checkpoint in zip(columns(one), one.corpus.checkpoints, strict=True):
        with place, figure("", checkpoint, checkpoint):
            cost.heading(one.corpus.models[checkpoint])
            if plane := pca(one.corpus.vectors(checkpoint)) if way == "PCA" else umap(one, checkpoint):
                space.plane(plane, one.corpus.texts, one.column(str(colours)), f"{one.prefix}-map-{checkpoint}")
                replies.append(Reply(checkpoint, (map_of(one.corpus, checkpoint, plane),)))
    leave_row("map", replies, whole=result_rows, code=lambda r: map_code(one, r.checkpoint, way))


def map_code(one: Collection, checkpoint: str, way: str) -> str:
    """The code that lays the file out."""
    return map_snippet(one.corpus.models[checkpoint], one.space(), one.source, way, MOST_POINTS, SEED)


def umap(one: Collection, checkpoint: str) -> Plane | None:
    """The map once it is there."""
    key, vectors = f"{one.prefix}_umap_{checkpoint}", one.corpus.vectors(checkpoint)
    job = jobs.find(key)
    if job is None or job.work.vectors is not vectors:
        jobs.start(key, Umap(vectors))
    plane: Plane | None = found_by(key, in_the_making, stoppable=False)
    return plane


def in_the_making(job: Job) -> str:
    """How long the map has been in the making, in words."""
    return f"Computing the map: {job.progress.seconds:.0f} s (usually about 15 s)"


VIEWS = {"Search": search, "Duplicates": doubles, "Map": chart}
