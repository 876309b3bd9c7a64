"""What the papers say of the variants, and what of it holds at this size: judged by the scores of a leaderboard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.agreement.basis import listed
from core.leaderboard import QUALITY, Board, Cell, Column, Entry

ALL = tuple(column.id for column in QUALITY if column.id != "among-five")  # whose rows are those of the hidden word
COST_PHRASES = {  # column -> what is so many times that of the other
    "parameters": "has {:.2f}\N{NO-BREAK SPACE}× the parameters",
    "milliseconds": "takes {:.2f}\N{NO-BREAK SPACE}× the time for a sentence",
    "minutes": "took {:.2f}\N{NO-BREAK SPACE}× the time to train",
    "tokens": "read {:.2f}\N{NO-BREAK SPACE}× the text",
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
        "A lesson from every token, not only from the few that are hidden, gives better vectors than BERT's at the "
        "same size, text and compute, and the more so the smaller the model.",
        "https://arxiv.org/abs/2003.10555",
        "electra",
    ),
    Claim(
        "Does DistilBERT keep 97% of its teacher?",
        "A student with half the layers keeps 97% of BERT's scores on a range of tasks, is 40% smaller and 60% faster.",
        "https://arxiv.org/abs/1910.01108",
        "distilbert",
        keeps=0.97,
        uncounted="What its teacher read and took to train is not counted.",
    ),
    Claim(
        "Does DeBERTa know word order better?",
        "What a word says and how far away another stands have vectors of their own in attention; with half the text "
        "that did better than RoBERTa on most tasks. The paper does not measure word order; it is where the idea "
        "should show.",
        "https://arxiv.org/abs/2006.03654",
        "deberta",
        columns=("word-order",),
    ),
    Claim(
        "Do fresh masks and larger batches help?",
        "BERT was trained too little: with masks drawn anew each time, without the next-sentence task, with larger "
        "batches and more text it matches or exceeds all that came after it. The text here is the same for both.",
        "https://arxiv.org/abs/1907.11692",
        "roberta",
    ),
)


@dataclass(frozen=True)
class Pair:
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
    """What came out for a claim: `value` is the mean difference or, where something is to be kept, the mean ratio."""

    claim: Claim
    own: Entry
    other: Entry
    pairs: tuple[Pair, ...]
    value: float
    error: float

    @property
    def verdict(self) -> Verdict:
        """Whether the value is farther from what the claim asks for than two standard errors, and on which side."""
        if not self.pairs:
            return "not measured"
        margin = self.value - (self.claim.keeps or 0.0)
        if abs(margin) <= 2 * self.error:
            return "too close to tell"
        return "holds here" if margin > 0 else "does not hold here"


def findings(board: Board) -> tuple[Finding, ...]:
    """The claims about variants that are there."""
    found = []
    for claim in CLAIMS:
        own, other = board.family(claim.family), board.family(claim.against)
        if own and other:
            found.append(judge(claim, own, other))
    return tuple(found)


def judge(claim: Claim, own: Entry, other: Entry) -> Finding:
    """The mean over the measures that both have."""
    found = (
        pair(column, own.cells[column.id], other.cells[column.id]) for column in QUALITY if column.id in claim.columns
    )
    pairs = tuple(one for one in found if one)
    numbers = [one.difference if claim.keeps is None else one.ratio for one in pairs]
    count = max(1, len(numbers))
    value, error = sum(n for n, _ in numbers) / count, math.hypot(*(e for _, e in numbers)) / count
    return Finding(claim, own, other, pairs, value, error)


def pair(column: Column, own: Cell, other: Cell) -> Pair | None:
    """The two cells beside each other; none if one has no number, or nothing but mistakes."""
    return Pair(column, own.value, other.value, own.error, other.error) if own.value and other.value else None


def in_numbers(found: Finding) -> str:
    """What came out here, in a sentence."""
    own, other, twice = found.own.row.id, found.other.row.id, 2 * found.error
    if not found.pairs:
        return f"There is no score that both {own} and {other} have."
    if found.claim.keeps is not None:
        kept, off = f"{100 * found.value:.1f}%", f"{100 * twice:.1f}%"
        return f"{own} keeps {kept} of what {other} scores, {span(found)}; two standard errors are {off}."
    way = "more" if found.value >= 0 else "less"
    return (
        f"{own} scores {abs(found.value):.3f} {way} than {other}, {span(found)}; two standard errors are {twice:.3f}."
    )


def span(found: Finding) -> str:
    """What the number is taken over."""
    titles = [pair.column.title.lower() for pair in found.pairs]
    return f"on {titles[0]}" if len(titles) == 1 else f"on the mean of {listed(titles)}"


def beside(found: Finding) -> str:
    """What the one costs beside the other, in a sentence; empty if no cost of both is known."""
    parts = []
    for column, phrase in COST_PHRASES.items():
        own, other = found.own.cells[column].value, found.other.cells[column].value
        if own and other:
            parts.append(phrase.format(own / other))
    sentence = f"Beside {found.other.row.id} it {listed(parts)}." if parts else ""
    return " ".join(filter(None, [sentence, found.claim.uncounted if parts else ""]))


def claim_rows(found: Sequence[Finding]) -> list[dict[str, str | float]]:
    """Every measure of every claim, with the mean and the verdict, as a spreadsheet wants it."""
    return [
        {
            "question": one.claim.question,
            "paper": one.claim.paper,
            "variant": one.own.row.id,
            "beside": one.other.row.id,
            "measure": pair.column.id,
            "own": pair.own,
            "other": pair.other,
            "mean": one.value,
            "mean_error": one.error,
            "verdict": one.verdict,
        }
        for one in found
        for pair in one.pairs
    ]
