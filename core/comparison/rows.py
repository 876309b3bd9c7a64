"""How far checkpoints agree over the rows of a file; in memory that does not grow with their number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from core.comparison.overlap import folded, overlap
from core.files.row_file import Line

CLOSE = 0.95  # overlap from which rows that say numbers count as the same
MOST = 50  # rows that are kept


@dataclass(frozen=True)
class RowAgreement:
    """One row of a file: what each checkpoint says (None where a task has nothing short to say), how much of all that
    they say overlaps, whether that counts as the same."""

    line: Line
    said: tuple[Any, ...]
    share: float | None
    same: bool


@dataclass(frozen=True)
class RowsAgreement:
    """Of `rows` that all answered, on how many they agree, and those on which they differ most, worst first."""

    rows: int
    agreed: int
    most_different: tuple[RowAgreement, ...]


def compare_rows(files: Sequence[Iterable[Line]], column: str) -> Iterator[RowAgreement]:
    """Row by row what the lines of several checkpoints say; rows that one of them could not answer are left out.

    `column` of their summary says it in short.
    """
    for lines in zip(*files, strict=False):
        found = [line.results for line in lines if line.results is not None]
        if len(found) == len(lines):
            said = tuple(line.summary.get(column) for line in lines)
            share = overlap(found)
            words = all(isinstance(one, str) for one in said)
            same = len(set(map(folded, said))) == 1 if words else (share or 0) >= CLOSE
            yield RowAgreement(lines[0], said, share, same)


def sum_up(found: Iterable[RowAgreement]) -> RowsAgreement:
    """The counts, and the rows that differ most."""
    rows = agreed = 0

    def differing() -> Iterator[RowAgreement]:
        nonlocal rows, agreed
        for one in found:
            rows += 1
            agreed += one.same
            if not one.same:
                yield one

    most_different = nsmallest(MOST, differing(), key=lambda one: one.share or 0.0)
    return RowsAgreement(rows, agreed, tuple(most_different))
