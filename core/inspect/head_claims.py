"""What the paper says of BERT-base's attention heads, and what came out for a checkpoint here.

Clark et al. 2019, What Does BERT Look At?, arxiv.org/abs/1906.04341: section 3, tables 1 and 2.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev

from core.inspect.heads import PAPER, PRONOUN, HeadFindings, RelationScore
from core.leaderboard.claims import Verdict

SURE = 2  # standard errors
HALF = 0.5
QUESTIONS = {
    "verb-object": ("Does a head find the verb of a direct object?", "the verb of a direct object"),
    "determiner-noun": ("Does a head find the noun of an article?", "the noun of a determiner"),
    "subject-verb": ("Does a head find the verb of a subject?", "the verb of a subject"),
    PRONOUN: ("Does a head find whom a pronoun stands for?", "the antecedent of a mention"),
}


@dataclass(frozen=True)
class HeadClaim:
    """A question, what the paper says for BERT-base, what came out here, and whether that agrees."""

    question: str
    says: str
    here: str
    verdict: Verdict


def head_claims(found: HeadFindings) -> tuple[HeadClaim, ...]:
    """The claims that the sentences tell something about."""
    relations = [relation_claim(*found.best(name)) for name in QUESTIONS if found.best(name)]
    return (*relations, neighbours(found), separators(found))


def judge(difference: float, error: float) -> Verdict:
    """Whether a difference that should be above zero is, as far as its standard error allows to tell."""
    if abs(difference) <= SURE * error:
        return "too close to tell"
    return "holds here" if difference > 0 else "does not hold here"


def relation_claim(best: RelationScore) -> HeadClaim:
    """The best head against the best fixed offset, on the same words."""
    question, what = QUESTIONS[best.relation]
    theirs, offset, _ = PAPER[best.relation]
    beside = "" if offset is None else f", the best fixed offset in {100 * offset:.1f} %"
    error = sqrt(best.error**2 + best.offset_accuracy * (1 - best.offset_accuracy) / best.n)
    here = (
        f"Layer {best.layer}, head {best.head} does so in {100 * best.accuracy:.1f} ± {100 * best.error:.1f} % of "
        f"{best.n:,} words, the best fixed offset in {100 * best.offset_accuracy:.1f} %."
    )
    says = f"One head names {what} in {100 * theirs:.1f} % of cases{beside}."
    return HeadClaim(question, says, here, judge(best.accuracy - best.offset_accuracy, error))


def neighbours(found: HeadFindings) -> HeadClaim:
    """Heads with most of their weight on a neighbour."""
    previous, following = (sum(getattr(one, name) > HALF for one in found.heads) for name in ("previous", "next"))
    here = (
        f"Of {len(found.heads)} heads, {previous} give more than half to the previous token, {following} to the next."
    )
    says = "Of 144 heads 4 give more than half of their attention to the previous token, and 5 to the next."
    verdict: Verdict = "holds here" if previous and following else "does not hold here"
    return HeadClaim("Do some heads attend to the neighbours?", says, here, verdict)


def separators(found: HeadFindings) -> HeadClaim:
    """The share of [SEP] in the layers that lie as deep as layers 6 to 10 of 12."""
    depth = max(one.layer for one in found.heads)
    layers = range(-(-6 * depth // 12), -(-10 * depth // 12) + 1)
    shares = [one.separator for one in found.heads if one.layer in layers]
    share, error = mean(shares), stdev(shares) / sqrt(len(shares)) if len(shares) > 1 else 0.0
    here = (
        f"In layers {layers[0]} to {layers[-1]} of {depth} it is {100 * share:.0f} ± {100 * error:.0f} %, on average "
        "over their heads."
    )
    says = "More than half of the attention in layers 6 to 10 of 12 goes to [SEP]."
    return HeadClaim("Is [SEP] where attention rests?", says, here, judge(share - HALF, error))
