"""How the vectors of words lie in their space on every layer, and how alike the layers of two models are."""

import plotly.graph_objects as go
import streamlit as st

from core.checkpoints.catalog import spoken
from core.inspect.geometry import Geometry, default_texts, texts_of
from core.inspect.geometry_run import GeometryReport, GeometryRun, Matrix, geometry_rows
from core.jobs import Job
from core.snippets.geometry import geometry_snippet
from pages.ui.answers import cost
from pages.ui.app import jobs, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.chart import BLUE, ORANGE, chart
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table, two_digits
from pages.ui.figures.tint import tint
from pages.ui.inputs import examples
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.kept import kept
from pages.ui.inputs.texts import between_commas, lines_of, text_boxes
from pages.ui.views.vectors.space import line

KEY = "geometry_job"
SEEN = "these texts and what was measured in them"  # by whoever has the link
MOST_TEXTS, WORDS_SHOWN = 1000, 15
LABELS = {
    "words": "Words to compare between the texts, separated by commas (optional)",
    "texts": "Texts, one per line; if there are none, sentences of our own are used",
}


def geometry_view() -> None:
    """The whole view."""
    values = text_boxes("geometry", "geometry", LABELS, long=["texts"])
    checkpoints = pick_checkpoints("hidden-states", "geometry")
    with settings():
        help_text = "Leaves out the three dimensions of each layer that add most to its cosines."
        without = st.toggle("Without the three largest dimensions", help=help_text, **kept("geometry_without"))
    with answer():
        lines = lines_of(values["texts"], MOST_TEXTS)
        texts = texts_of(lines) if lines else default_texts()
        if not checkpoints:
            show(NONE_CHOSEN)
            return
        work = GeometryRun(tuple(checkpoints), texts, between_commas(values["words"]))
        job = jobs.by_itself(KEY, work, "Measuring the vectors of all words", so_far, linked=SEEN)
        if job is None:
            return
        if job.progress.error:
            show(callout(job.progress.error.message, job.progress.error.hint))
        elif job.result:
            draw(job.result, job.work, without=without)
        else:
            show(callout("Stopped before anything was measured.", "Change the texts or the models.", "note"))


def so_far(job: Job) -> str:
    """How far it is, in words."""
    done, total = job.progress.done, job.progress.total
    if done == total:
        return "All sentences are read; measuring"
    return jobs.so_far(job.progress, f"{done:,} of {total:,} sentences", "")


def draw(report: GeometryReport, work: GeometryRun, *, without: bool) -> None:
    """A column for each checkpoint, then the alignment of layers."""
    examples.look([one.checkpoint for one in report.geometries])
    for column, one in zip(st.columns(len(report.geometries), gap="large"), report.geometries, strict=True):
        with column, figure("", one.checkpoint, one.checkpoint):
            cost.heading(library.catalog()[one.checkpoint])
            cone(one, without=without)
            words(one, without=without)
    first, last = report.geometries[0].checkpoint, report.geometries[-1].checkpoint
    with figure("CKA of layers", "cka"):
        alignment(report.without if without else report.cka, first, last, report.geometries[0].count)
    origins = {one.checkpoint: f"{one.count:,} words" for one in report.geometries}
    texts = [one.text for one in work.texts]

    def code() -> dict[str, str]:
        return {name: geometry_snippet(library.catalog()[name], texts, work.words) for name in origins}

    leave_table("geometry", geometry_rows(report), origins, code)


def cone(one: Geometry, *, without: bool) -> None:
    """Anisotropy and self-similarity on every layer as lines."""
    layers = list(range(len(one.anisotropy)))
    anisotropy = one.without if without else one.anisotropy
    lines = {"words of different texts (anisotropy)": (list(anisotropy), BLUE)}
    if one.words:
        lines["the same word in different texts"] = (one.mean_similarity(without=without), ORANGE)
    drawn = go.Figure([line(layers, values, name, color) for name, (values, color) in lines.items()])
    drawn.update_layout(xaxis={"title": "layer (0: embeddings)", "dtick": 1}, yaxis={"title": "mean cosine"})
    note = "without the three largest dimensions" if without else "with all dimensions"
    show(subtitle("How alike words are on each layer", note))
    show(
        '<p class="pg-legend">The higher the lower line, the narrower the cone that all vectors lie in. How far the '
        "upper one stands above it tells how much of a word stays the same whatever sentence it is in.</p>"
    )
    chart(drawn, f"cone-{one.checkpoint}", f"Anisotropy and self-similarity on {len(layers)} layers.")


def words(one: Geometry, *, without: bool) -> None:
    """The words measured, on the embeddings and on the last layer."""
    if not one.words:
        show(callout("No word comes up in five texts.", "Name words that stand in two texts or more.", "note"))
        return
    cosines = [(word, word.without if without else word.similarity) for word in one.words[:WORDS_SHOWN]]
    rows = [
        [escape(word.text), f"{word.count:,}", two_digits(found[0]), two_digits(min(found)), two_digits(found[-1])]
        for word, found in cosines
    ]
    note = f"the {WORDS_SHOWN} most frequent of {len(one.words)}" if len(one.words) > WORDS_SHOWN else ""
    show(subtitle("The same word in different texts", note))
    headers = ["Word", "Texts", "Embeddings", "Lowest layer", "Last layer"]
    show(table(headers, rows, "Mean cosine of the vectors of each word", range(1, 5)))


def alignment(matrix: Matrix, first: str, last: str, count: int) -> None:
    """Every layer of the first checkpoint, in rows, beside every layer of the last."""
    same = first == last
    between = f"{spoken(first)} are" if same else f"{spoken(first)} (rows) and {spoken(last)} (columns) are"
    show(subtitle(f"How alike the layers of {between}", f"debiased linear CKA on {count:,} words"))
    show(
        '<p class="pg-legend" dir="auto">1: both layers place the words in the same way, up to a rotation and the '
        "size; 0: their places have nothing to do with each other.</p>"
    )
    columns = "".join(f'<th scope="col">{n}</th>' for n in range(len(matrix[0])))
    rows = "".join(
        f'<tr><th scope="row">{layer}</th>'
        + "".join(
            f'<td style="--v:{tint(value)}" title="Layer {layer} and layer {n}: {value:.4f}">{two_digits(value)}</td>'
            for n, value in enumerate(values)
        )
        + "</tr>"
        for layer, values in enumerate(matrix)
    )
    show(
        '<div class="pg-scroll" tabindex="0" role="region" aria-label="The alignment of every layer with every layer">'
        f'<table class="pg-matrix pg-head-table"><thead><tr><td></td>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
