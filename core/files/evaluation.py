"""How good the classes of a checkpoint are on labelled texts: counts, scores, thresholds, slices, mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.comparison.certainty import wilson

MOST_SLICES = 30


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of one class; `rows` have it as their label."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Evaluation:
    """`confusion` counts rows, (label, predicted class), both in the order of `classes`."""

    classes: tuple[ClassScores, ...]
    confusion: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """How many rows were judged."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The share of rows whose class is their label."""
        return float(np.trace(self.confusion)) / max(1, self.rows)

    @property
    def majority(self) -> float:
        """The accuracy of always saying the most frequent label."""
        return float(self.confusion.sum(1).max()) / max(1, self.rows)

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the classes that occur as labels."""
        return float(np.mean([one.f1 for one in self.classes if one.rows] or [0.0]))


@dataclass(frozen=True)
class ThresholdCurve:
    """Precision, recall and F1 of one class if it is said from a score upwards, (thresholds,) each, rising."""

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]

    @property
    def best(self) -> int:
        """The place of the best F1."""
        return int(self.f1.argmax())


@dataclass(frozen=True)
class Slice:
    """The accuracy of the rows that share a value, and its 95 % interval."""

    value: str
    rows: int
    accuracy: float
    low: float
    high: float


def evaluate(labels: Sequence[str], predicted: Sequence[str], classes: Sequence[str]) -> Evaluation:
    """The counts and scores of predictions beside labels, all of them among `classes`."""
    names = list(classes)
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support  # a second: only who judges waits

    precision, recall, f1, rows = precision_recall_fscore_support(labels, predicted, labels=names, zero_division=0.0)
    scores = zip(names, precision, recall, f1, rows, strict=True)
    return Evaluation(
        tuple(ClassScores(name, float(p), float(r), float(f), int(n)) for name, p, r, f, n in scores),
        confusion_matrix(labels, predicted, labels=names),
    )


def threshold_curve(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> ThresholdCurve:
    """The curve of a class with these `scores`, (rows,), of which `positive` have it as their label."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(positive, scores)
    precision, recall = precision[:-1], recall[:-1]  # scikit-learn closes the curve with a point without a threshold
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return ThresholdCurve(thresholds, precision, recall, f1)


def slices(values: Sequence[str], correct: NDArray[np.bool_]) -> list[Slice]:
    """The rows by their value, the least accurate first; at most MOST_SLICES, the largest of them."""
    names, places, counts = np.unique(
        np.array(values, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    hits = np.bincount(places, weights=correct, minlength=len(names))
    largest = np.argsort(-counts, kind="stable")[:MOST_SLICES]
    found = [slice_of(str(names[n]), int(hits[n]), int(counts[n])) for n in largest]
    return sorted(found, key=lambda one: one.accuracy)


def slice_of(value: str, hits: int, rows: int) -> Slice:
    """A slice with its interval."""
    return Slice(value, rows, hits / rows, *wilson(hits / rows, rows))


def by_length(texts: Sequence[str]) -> list[str]:
    """A slice for each text: whether it is among the shortest, the middle or the longest third."""
    lengths = np.array([len(text) for text in texts])
    first, second = np.quantile(lengths, [1 / 3, 2 / 3])
    names = (f"short: up to {first:.0f} characters", f"middle: up to {second:.0f}", "long: more than that")
    return [names[int(length > first) + int(length > second)] for length in lengths]


def mistakes(correct: NDArray[np.bool_], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows that are wrong, the surest first; `scores` are those of the predicted classes."""
    wrong = np.flatnonzero(~correct)
    return wrong[np.argsort(-scores[wrong], kind="stable")]


def match_labels(found: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """For each label of a file the class that is meant where that is plain: alike but for case and spaces."""
    plain = {one.strip().lower(): one for one in classes}
    return {label: plain[label.strip().lower()] for label in found if label.strip().lower() in plain}
