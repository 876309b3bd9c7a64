"""Held-out rows on which two networks differ: gained by the second one, or lost."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.comparison.certainty import SURE
from core.files.metrics import exact_match
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainedTask
from core.finetuning.score import names_in
from core.provenance import Row

Said = Sequence[tuple[str, ...]]  # of each row the label, the tags of its words, or the answer; empty if not asked


@dataclass(frozen=True)
class ChangedRow:
    """A row that one of two networks gets right: its label, and what each of them says, as they are read."""

    number: int
    text: str
    label: str
    before: str
    now: str


@dataclass(frozen=True)
class GainsAndLosses:
    """The rows that only the second network gets right (`gained`), those that only the first does (`lost`), and how
    many both or neither do."""

    gained: tuple[ChangedRow, ...]
    lost: tuple[ChangedRow, ...]
    both: int
    neither: int

    @property
    def by_chance(self) -> bool:
        """Whether gains and losses differ by no more than two standard errors of as many tosses of a coin."""
        changed = len(self.gained) + len(self.lost)
        return (len(self.gained) - len(self.lost)) ** 2 <= SURE**2 * changed

    def table(self) -> list[Row]:
        """One row for each, as a file has them."""
        kinds = {"gained": self.gained, "lost": self.lost}
        return [{"change": kind, **vars(row)} for kind, rows in kinds.items() for row in rows]


def gains_and_losses(task: TrainedTask, rows: Sequence[TrainingRow], before: Said, now: Said) -> GainsAndLosses:
    """What changed from one network to the other, on the rows that both were asked. A label is right or wrong; a
    sentence with names is right if all of them are; an answer is right as SQuAD's exact match has it."""
    found: dict[tuple[bool, bool], list[ChangedRow]] = {}
    for row, then, later in zip(rows, before, now, strict=True):
        if then and later:
            one = ChangedRow(row.number, text_of(task, row), *(read(task, row, x) for x in (row.labels, then, later)))
            found.setdefault((is_right(task, row, then), is_right(task, row, later)), []).append(one)
    gained, lost, both, neither = (
        found.get(one, []) for one in ((False, True), (True, False), (True, True), (False, False))
    )
    return GainsAndLosses(tuple(gained), tuple(lost), len(both), len(neither))


def is_right(task: TrainedTask, row: TrainingRow, said: tuple[str, ...]) -> bool:
    """Whether what a network says of a row is right."""
    match task:
        case "question-answering":
            return bool(exact_match(said[0], row.labels or ("",)))
        case "token-classification":
            return names_in(said) == names_in(row.labels)
        case _:
            return said == row.labels


def text_of(task: TrainedTask, row: TrainingRow) -> str:
    """The text of a row, the question alone of a question on a passage."""
    match task:
        case "question-answering":
            return row.texts[0]
        case "token-classification":
            return " ".join(row.texts)
        case _:
            return " | ".join(row.texts)


def read(task: TrainedTask, row: TrainingRow, labels: tuple[str, ...]) -> str:
    """Labels as a person reads them: names with their kinds; answers, if there is one."""
    if task == "token-classification":
        names = (f"{' '.join(row.texts[start:end])} ({kind})" for start, end, kind in names_in(labels))
        return ", ".join(names)
    return " / ".join(labels)
