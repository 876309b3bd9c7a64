"""Rows whose labels a network can be right about."""

from collections.abc import Sequence
from dataclasses import replace

from core.compression.plan import FEWEST_ROWS
from core.errors import InputError
from core.files.evaluation import match_labels
from core.finetuning.gather import TrainingRow
from core.text.phrases import listed, quoted


def known_rows(
    rows: Sequence[TrainingRow], classes: Sequence[str], *, tags: bool, fewest: int = FEWEST_ROWS
) -> list[TrainingRow]:
    """The rows whose labels are `classes`, which may be written otherwise. InputError for fewer than
    the `fewest`."""
    found = with_known_tags(rows, classes) if tags else with_known_label(rows, classes)
    if len(found) < fewest:
        known = set(classes)
        other = next((label for row in rows for label in row.labels if label not in known), "")
        needed = f"{fewest} {'is' if fewest == 1 else 'are'} needed"
        message = f"{len(found):,} of {len(rows):,} rows have a label that the model knows; {needed}."
        said = f" The file says {quoted(other)}." if other else ""
        raise InputError(message, f"The model knows {listed(classes)}.{said}")
    return found


def with_known_label(rows: Sequence[TrainingRow], classes: Sequence[str]) -> list[TrainingRow]:
    """Rows with one label, under the name that the network has for it."""
    meaning = match_labels([row.labels[0] for row in rows], classes)
    return [
        replace(row, labels=(meaning[row.labels[0]],))
        for row in rows
        if len(row.labels) == 1 and row.labels[0] in meaning
    ]


def with_known_tags(rows: Sequence[TrainingRow], classes: Sequence[str]) -> list[TrainingRow]:
    """Sentences whose names are all of kinds that the network knows."""
    known = set(classes)
    return [row for row in rows if len(row.labels) == len(row.texts) and set(row.labels) <= known]
