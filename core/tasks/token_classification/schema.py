"""What token-classification is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any, Literal

from core.provenance import Provenance, Row

AggregationStrategy = Literal["none", "simple", "first", "average", "max"]


@dataclass(frozen=True)
class TokenClassificationRequest:
    """Entities in `text`; `aggregation_strategy` joins pieces to words as in transformers."""

    text: str
    aggregation_strategy: AggregationStrategy = "first"


@dataclass(frozen=True)
class Entity:
    """text[start:end] is a name of kind `entity_group`."""

    entity_group: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class LabelledToken:
    """The best label of one piece, before pieces are joined."""

    token: str
    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True)
class TokenClassificationResult:
    """Entities in text order, and the pieces they were joined from."""

    text: str
    entities: tuple[Entity, ...]
    tokens: tuple[LabelledToken, ...]
    provenance: Provenance


def rows(result: TokenClassificationResult) -> list[Row]:
    """One row for each part of the result."""
    return [
        {"entity_group": e.entity_group, "start": e.start, "end": e.end, "text": e.text, "score": e.score}
        for e in result.entities
    ]


def summary(result: TokenClassificationResult) -> Row:
    """The one row that says what came out."""
    names = "; ".join(f"{e.entity_group} {e.text}" for e in result.entities)
    return {"names": len(result.entities), "entities": names}


def format(result: TokenClassificationResult) -> dict[str, Any]:
    """{"entities": [{"entity_group", "start", "end", "text", "score"}]}"""
    return {"entities": [vars(entity) for entity in result.entities]}
