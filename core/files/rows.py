"""Results as flat rows, ready for a spreadsheet: many rows per result, or one row that sums it up."""

from functools import singledispatch
from typing import Any

from core.provenance import Row
from core.tasks import task_of
from core.tasks.fill_mask.joint import JointFillResult
from core.vectors.similarity import (
    ComparedTexts,
    JudgedPair,
    Ranking,
    TextMap,
    TextPairs,
    WordPlaces,
)

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def safe_cell(value: Any) -> Any:
    """The value, a text that a spreadsheet would take for a formula with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


@singledispatch
def rows(result: Any) -> list[Row]:
    """One row for each fill, candidate, piece, entity, answer, class, pair, text or link of `result`."""
    return task_of(result).rows(result)


@rows.register
def _(result: JointFillResult) -> list[Row]:
    return [{"words": " ".join(fill.words), "log_probability": fill.log_probability} for fill in result.fills]


@rows.register
def _(result: JudgedPair) -> list[Row]:
    below = result.baseline.share_below(result.similarity)
    pair = {"text_a": result.text_a, "text_b": result.text_b, "similarity": result.similarity}
    return [pair | {"centred": result.baseline.centred, "share_of_unrelated_pairs_below": below}]


@rows.register
def _(result: Ranking) -> list[Row]:
    return [{"text": result.texts[hit.place], "similarity": hit.similarity} for hit in result.hits]


@rows.register
def _(result: ComparedTexts) -> list[Row]:
    return [
        {"text_a": a, "text_b": b, "similarity": float(value)}
        for a, values in zip(result.texts, result.similarities, strict=True)
        for b, value in zip(result.texts, values, strict=True)
    ]


@rows.register
def _(result: TextPairs) -> list[Row]:
    texts, numbers = result.texts, result.numbers
    return [
        {
            "row_a": numbers[pair.first],
            "row_b": numbers[pair.second],
            "similarity": pair.similarity,
            "text_a": texts[pair.first],
            "text_b": texts[pair.second],
        }
        for pair in result.pairs
    ]


@rows.register
def _(result: TextMap) -> list[Row]:
    places = zip(result.plane.places, result.plane.points, strict=True)
    return [{"text": result.texts[n], "x": float(x), "y": float(y)} for n, (x, y) in places]


@rows.register
def _(result: WordPlaces) -> list[Row]:
    count = range(len(result.texts))
    return [
        {"layer": layer, "text_a": result.texts[a], "text_b": result.texts[b], "similarity": float(values[a, b])}
        for layer, values in enumerate(result.similarities)
        for a in count
        for b in count[a + 1 :]
    ]


def summary(result: Any) -> Row:
    """The one row that says what came out, for files with one row per request."""
    return task_of(result).summary(result)
