"""A run over a labelled file: which column holds the labels, what they mean, and every picture of the scores."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.files.evaluation import by_length, evaluate, match_labels, mistakes, slices, threshold_curve
from core.files.run import FileResults
from core.files.tables import Table
from core.text.phrases import listed, quoted
from pages.ui.answers import cost
from pages.ui.app.keys import safe_key
from pages.ui.figures.export import pictures
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, plain_label, show
from pages.ui.inputs.kept import kept
from pages.ui.views.files import evaluation

NO_LABELS = "none (the file has no labels)"
LEFT_OUT = "leave these rows out"
LENGTH = "text length"
MOST_LABELS = 20
MISTAKES_SHOWN = 10


@dataclass(frozen=True)
class Answers:
    """The rows of one checkpoint that have an answer: `places` in the table, `scores` by class, (rows, classes)."""

    checkpoint: str
    places: NDArray[np.int64]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """The rows of one checkpoint that have an answer and a label: `places` in the table, `scores` by class."""

    checkpoint: str
    classes: tuple[str, ...]
    places: NDArray[np.int64]
    labels: NDArray[np.object_]
    scores: NDArray[np.float64]  # (rows, classes)

    @property
    def predicted(self) -> NDArray[np.object_]:
        """The class of each row."""
        chosen: NDArray[np.object_] = np.array(self.classes, dtype=object)[self.scores.argmax(1)]
        return chosen

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each row's class is its label."""
        return np.asarray(self.predicted == self.labels, dtype=bool)


def labelled_scores(run: FileResults, prefix: str) -> None:
    """Everything about a run whose file has a column of labels."""
    text_column = next(iter(run.columns.values()))
    column = label_column(run.table, text_column, prefix)
    classes, answers = answers_of(run, prefix)
    if column == NO_LABELS or not classes:
        return
    labels = run.table.column(column)
    meaning = meanings(labels, classes, prefix)
    labelled = [one for checkpoint in run.checkpoints if (one := select(answers[checkpoint], labels, meaning, classes))]
    if not labelled:
        show(callout("None of the labels match the model's classes.", "Map them above.", "note"))
        return
    label, chosen, slice_name = choices(run.table, classes, column, text_column, prefix)
    for place, one in zip(st.columns(len(labelled), gap="large"), labelled, strict=True):
        with place, figure("", one.checkpoint, one.checkpoint):
            cost.heading(run.models[one.checkpoint])
            draw(run, one, label, chosen, slice_name, text_column, prefix)
    with st.container(horizontal=True, key="scores-row"):
        pictures(
            f"{prefix}-judged", {one.checkpoint: f"{len(one.places):,} rows of {run.table.name}" for one in labelled}
        )


def answers_of(run: FileResults, prefix: str) -> tuple[tuple[str, ...], dict[str, Answers]]:
    """The classes of a run and the answers of each checkpoint, read from its file once."""
    state = f"{prefix}_answers"
    if st.session_state.get(state, ("",))[0] != run.id:
        st.session_state[state] = (run.id, *read_answers(run))
    _, classes, answers = st.session_state[state]
    return classes, answers


def read_answers(run: FileResults) -> tuple[tuple[str, ...], dict[str, Answers]]:
    """The classes that occur, and for each checkpoint the rows that have an answer with their scores."""
    place_of = {number: place for place, number in enumerate(run.table.numbers)}
    shares: dict[str, dict[int, dict[str, float]]] = {checkpoint: {} for checkpoint in run.checkpoints}
    for line in run.lines():
        if line.results is not None:
            scores = {one["label"]: one["score"] for one in line.results}
            shares[line.checkpoint][place_of[line.row]] = scores
    classes = tuple(sorted({name for rows in shares.values() for one in rows.values() for name in one}))
    return classes, {checkpoint: Answers(checkpoint, *arrays(rows, classes)) for checkpoint, rows in shares.items()}


def arrays(
    rows: dict[int, dict[str, float]], classes: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Places and scores as arrays; a class that a checkpoint does not have scores 0."""
    scores = [[one.get(name, 0.0) for name in classes] for one in rows.values()]
    return np.array(list(rows), dtype=int), np.array(scores, dtype=float).reshape(len(rows), len(classes))


def label_column(table: Table, text_column: str, prefix: str) -> str:
    """The column of the labels: one called so, if there is one."""
    others = [column for column in table.columns if column != text_column]
    named = [n for n, column in enumerate(others, 1) if column.lower() in ("label", "gold", "class", "category")]
    key = f"{prefix}_label_column"
    if st.session_state.get(key) not in (NO_LABELS, *others):
        st.session_state.pop(key, None)
    options = [NO_LABELS, *others]
    return str(st.selectbox("Label column", options, named[0] if named else 0, **kept(key)))


def meanings(labels: list[str], classes: tuple[str, ...], prefix: str) -> dict[str, str]:
    """Which class each label of the file means: what is called alike, and what the visitor says of the others."""
    found = sorted(set(labels))
    known = match_labels(found, classes)
    unknown = [label for label in found if label not in known]
    if len(unknown) > MOST_LABELS:
        message = f"{len(unknown):,} labels don't match any class ({listed(unknown, 3)}). Their rows are left out."
        show(callout(message, f"The classes: {listed(classes)}.", "note"))
        return known
    places = st.columns(min(4, len(unknown))) if unknown else []
    for n, label in enumerate(unknown):
        key = safe_key(f"{prefix}_means_{label}")
        means = plain_label(f"{quoted(label)} means")
        chosen = places[n % 4].selectbox(means, [LEFT_OUT, *classes], **kept(key))
        if chosen != LEFT_OUT:
            known[label] = str(chosen)
    return known


def select(answers: Answers, labels: list[str], meaning: dict[str, str], classes: tuple[str, ...]) -> Labelled | None:
    """The rows of a checkpoint whose label is known, if there are any."""
    known = np.array([labels[place] in meaning for place in answers.places], dtype=bool)
    if not known.any():
        return None
    places = answers.places[known]
    gold = np.array([meaning[labels[place]] for place in places], dtype=object)
    return Labelled(answers.checkpoint, classes, places, gold, answers.scores[known])


def choices(
    table: Table, classes: tuple[str, ...], column: str, text_column: str, prefix: str
) -> tuple[str, float, str]:
    """The class and the threshold of the curve, and by what the rows are sliced."""
    left, middle, right = st.columns(3)
    label = left.selectbox("Class of the threshold curve", classes, len(classes) - 1, **kept(f"{prefix}_curve_class"))
    chosen = middle.slider("Threshold", 0.0, 1.0, 0.5, 0.01, **kept(f"{prefix}_threshold"))
    others = [name for name in table.columns if name not in (column, text_column)]
    slice_name = right.selectbox("Slice by", [*others, LENGTH], **kept(f"{prefix}_slice"))
    return str(label), chosen, str(slice_name)


def draw(
    run: FileResults, one: Labelled, label: str, chosen: float, slice_name: str, text_column: str, prefix: str
) -> None:
    """One checkpoint: numbers, confusion, thresholds, slices, mistakes."""
    result = evaluate(list(one.labels), list(one.predicted), one.classes)
    with figure("Scores", f"scores-{one.checkpoint}"):
        evaluation.headline(result)
    with figure("Confusion matrix", f"confusion-{one.checkpoint}"):
        evaluation.confusion(result)
    scores = one.scores[:, one.classes.index(label)]
    if (one.labels == label).any():
        curve = threshold_curve(np.asarray(one.labels == label, dtype=bool), scores)
        with figure("Threshold curve", f"curve-{one.checkpoint}"):
            evaluation.thresholds(curve, label, chosen, f"{prefix}-curve-{one.checkpoint}")
    texts = [run.table.column(text_column)[place] for place in one.places]
    values = by_length(texts) if slice_name == LENGTH else [run.table.column(slice_name)[place] for place in one.places]
    with figure("Slices", f"slices-{one.checkpoint}"):
        evaluation.slices(slices(values, one.correct), slice_name)
    wrong = mistakes(one.correct, one.scores.max(1))[:MISTAKES_SHOWN]
    rows = [
        (
            run.table.numbers[one.places[n]],
            texts[n],
            str(one.labels[n]),
            str(one.predicted[n]),
            float(one.scores[n].max()),
        )
        for n in wrong
    ]
    with figure("Most confident mistakes", f"mistakes-{one.checkpoint}"):
        evaluation.mistakes(rows)
