"""What text-classification is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, Row


@dataclass(frozen=True)
class TextClassificationRequest:
    """Class probabilities of `text`, or of the pair (`text`, `text_pair`)."""

    text: str
    text_pair: str = ""


@dataclass(frozen=True)
class LabelScore:
    """A class and its probability."""

    label: str
    score: float


@dataclass(frozen=True)
class TextClassificationResult:
    """All classes, most probable first, of a text or of a pair. Also the result of zero-shot classification."""

    text: str
    labels: tuple[LabelScore, ...]
    provenance: Provenance
    text_pair: str = ""


def rows(result: TextClassificationResult) -> list[Row]:
    """One row for each part of the result."""
    return [{"label": one.label, "score": one.score} for one in result.labels]


def summary(result: TextClassificationResult) -> Row:
    """The one row that says what came out."""
    best = result.labels[0]
    scores = {f"score_{one.label}": one.score for one in sorted(result.labels, key=lambda one: one.label)}
    return {"label": best.label, "score": best.score, **scores}


def format(result: TextClassificationResult) -> dict[str, Any]:
    """{"labels": [{"label", "score"}]}"""
    return {"labels": [vars(label) for label in result.labels]}
