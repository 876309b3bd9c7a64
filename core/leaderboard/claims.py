"""What the papers claim about the variants, and which claims hold at this size, weighed by a leaderboard's scores."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.checkpoints.catalog import spoken
from core.comparison.agreement import listed
from core.leaderboard.board import Board, Cell, Entry
from core.leaderboard.columns import QUALITY, Column

ALL = tuple(column.id for column in QUALITY if column.id != "among-five")  # whose rows are those of the hidden word
COST_PHRASES = {  # column -> if its cost is the same as the other's, lower, or higher
    "parameters": ("the same size", "{} smaller", "{} larger"),
    "milliseconds": ("the same time per sentence", "{} less time per sentence", "{} more time per sentence"),
    "minutes": ("the same training time", "{} less training time", "{} more training time"),
    "tokens": ("the same amount of text", "{} less text", "{} more text"),
}
Verdict = Literal["holds here", "does not hold here", "too close to tell", "not measured"]


@dataclass(frozen=True)
class Claim:
    """`says` is what the paper says; here the variant of `family` is set against that of `against`.

    `columns` are those that tell, as far as both have them. `keeps` is the share of the other's scores that it
    should keep; without it, it should score more. `uncounted` is what its costs leave out.
    """

    question: str
    says: str
    paper: str
    family: str
    against: str = "bert"
    columns: tuple[str, ...] = ALL
    keeps: float | None = None
    uncounted: str = ""


CLAIMS = (
    Claim(
        "Does ELECTRA learn more per token?",
        "Learning from every token, not only from the few that are masked, gives better vectors than BERT's at the "
        "same size, data and compute, especially in small models.",
        "https://arxiv.org/abs/2003.10555",
        "electra",
    ),
    Claim(
        "Does DistilBERT keep 97% of its teacher's performance?",
        "A student with half the layers keeps 97% of BERT's scores on a range of tasks, and is 40% smaller and 60% "
        "faster.",
        "https://arxiv.org/abs/1910.01108",
        "distilbert",
        keeps=0.97,
        uncounted="The text and the training time of its teacher are not counted.",
    ),
    Claim(
        "Does DeBERTa know word order better?",
        "In attention, a word's meaning and its distance from other words have separate vectors. With half the text, "
        "this did better than RoBERTa on most tasks. The paper does not measure word order, but that is where the "
        "idea should show.",
        "https://arxiv.org/abs/2006.03654",
        "deberta",
        columns=("word-order",),
    ),
    Claim(
        "Do dynamic masks and larger batches help?",
        "BERT was undertrained: with dynamic masking, larger batches and more text, and without the next-sentence "
        "task, it matches or beats every model published after it. Here, both read the same text.",
        "https://arxiv.org/abs/1907.11692",
        "roberta",
    ),
)


@dataclass(frozen=True)
class SharedMeasure:
    """A measure that both variants have: theirs, the other's, and the standard errors of the two."""

    column: Column
    own: float
    other: float
    own_error: float
    other_error: float

    @property
    def difference(self) -> tuple[float, float]:
        """How much more its own is, and the standard error of that."""
        return self.own - self.other, math.hypot(self.own_error, self.other_error)

    @property
    def ratio(self) -> tuple[float, float]:
        """Its own over the other's, and the standard error of that: relative errors add up in squares."""
        ratio = self.own / self.other
        return ratio, ratio * math.hypot(self.own_error / self.own, self.other_error / self.other)


@dataclass(frozen=True)
class Finding:
    """The result for a claim: `value` is the mean difference or, where something is to be kept, the mean ratio."""

    claim: Claim
    own: Entry
    other: Entry
    measures: tuple[SharedMeasure, ...]
    value: float
    error: float

    @property
    def verdict(self) -> Verdict:
        """Whether the value is farther from what the claim asks for than two standard errors, and on which side."""
        if not self.measures:
            return "not measured"
        margin = self.value - (self.claim.keeps or 0.0)
        if abs(margin) <= 2 * self.error:
            return "too close to tell"
        return "holds here" if margin > 0 else "does not hold here"


def findings(board: Board) -> tuple[Finding, ...]:
    """The claims about the available variants."""
    found = []
    for claim in CLAIMS:
        own, other = board.family(claim.family), board.family(claim.against)
        if own and other:
            found.append(weigh(claim, own, other))
    return tuple(found)


def weigh(claim: Claim, own: Entry, other: Entry) -> Finding:
    """The mean over the measures that both have."""
    found = (
        shared(column, own.cells[column.id], other.cells[column.id]) for column in QUALITY if column.id in claim.columns
    )
    measures = tuple(one for one in found if one)
    numbers = [one.difference if claim.keeps is None else one.ratio for one in measures]
    count = max(1, len(numbers))
    value, error = sum(n for n, _ in numbers) / count, math.hypot(*(e for _, e in numbers)) / count
    return Finding(claim, own, other, measures, value, error)


def shared(column: Column, own: Cell, other: Cell) -> SharedMeasure | None:
    """What both cells measure; None if one has no number or is zero."""
    return SharedMeasure(column, own.value, other.value, own.error, other.error) if own.value and other.value else None


def in_numbers(found: Finding) -> str:
    """What was measured here, in a sentence."""
    own, other, twice = spoken(found.own.row.id), spoken(found.other.row.id), 2 * found.error
    if not found.measures:
        return f"{own} and {other} have no score in common."
    if found.claim.keeps is not None:
        kept, off = f"{100 * found.value:.1f}%", f"{100 * twice:.1f}%"
        return f"{own} keeps {kept} of what {other} scores {span(found)}; two standard errors are {off}."
    way = "more" if found.value >= 0 else "less"
    return f"{own} scores {abs(found.value):.3f} {way} than {other} {span(found)}; two standard errors are {twice:.3f}."


def span(found: Finding) -> str:
    """What the number is averaged over."""
    titles = [one.column.title.lower() for one in found.measures]
    return f"on {titles[0]}" if len(titles) == 1 else f"on average over {listed(titles)}"


def beside(found: Finding) -> str:
    """What the one costs compared with the other, in a sentence; empty if no cost of both is known."""
    parts = []
    for column, phrases in COST_PHRASES.items():
        own, other = found.own.cells[column].value, found.other.cells[column].value
        if own and other:
            parts.append(relative(own / other, *phrases))
    sentence = f"Compared with {spoken(found.other.row.id)}: {', '.join(parts)}." if parts else ""
    return " ".join(filter(None, [sentence, found.claim.uncounted if parts else ""]))


def relative(ratio: float, same: str, lower: str, higher: str) -> str:
    """One cost over another in words, in whole percent."""
    percent = round(100 * (ratio - 1))
    if not percent:
        return same
    return (higher if percent > 0 else lower).format(f"{abs(percent):,}%")


def claim_rows(found: Sequence[Finding]) -> list[dict[str, str | float]]:
    """Every measure of every claim, with the mean and the verdict, ready for a spreadsheet."""
    return [
        {
            "question": one.claim.question,
            "paper": one.claim.paper,
            "variant": one.own.row.id,
            "beside": one.other.row.id,
            "measure": measure.column.id,
            "own": measure.own,
            "other": measure.other,
            "mean": one.value,
            "mean_error": one.error,
            "verdict": one.verdict,
        }
        for one in found
        for measure in one.measures
    ]
