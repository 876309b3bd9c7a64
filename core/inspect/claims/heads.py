"""What Clark et al. 2019 say of BERT-base's attention heads (section 3, tables 1 and 2), and what came out here."""

from math import sqrt

from core.engine import Engine
from core.inspect.claims.claim import (
    Experiment,
    Hearing,
    JudgedClaim,
    PaperClaim,
    judge,
    judged,
    mean_and_error,
    percent,
)
from core.inspect.grammar import SENTENCES, sentences
from core.inspect.heads import PAPER, PRONOUN, HeadFindings, HeadSearch, RelationScore
from core.jobs import State

HALF = 0.5
CLARK, LINK = "Clark et al. 2019", "https://arxiv.org/abs/1906.04341"
BEST_HEAD = (
    "Of all heads the best one, on the same words as the best fixed offset, which always names the word that stands so "
    "many words further on. It holds if the head is right more often, by two standard errors."
)


def about_relation(relation: str, question: str, what: str) -> PaperClaim:
    """The claim that a head finds a relation."""
    theirs, offset, _ = PAPER[relation]
    beside = "" if offset is None else f", the best fixed offset in {percent(offset)}"
    says = f"One head names {what} in {percent(theirs)} of cases{beside}."
    return PaperClaim(question, CLARK, LINK, says, BEST_HEAD)


RELATION_CLAIMS = {
    relation: about_relation(relation, question, what)
    for relation, question, what in (
        ("verb-object", "Does a head find the verb of a direct object?", "the verb of a direct object"),
        ("determiner-noun", "Does a head find the noun of an article?", "the noun of a determiner"),
        ("subject-verb", "Does a head find the verb of a subject?", "the verb of a subject"),
        (PRONOUN, "Does a head find whom a pronoun stands for?", "the antecedent of a mention"),
    )
}
NEIGHBOURS = PaperClaim(
    "Do some heads attend to the neighbours?",
    CLARK,
    LINK,
    "Of 144 heads 4 give more than half of their attention to the previous token, and 5 to the next.",
    "The mean weight over all tokens of all sentences. It holds if there is a head of each kind.",
)
SEPARATORS = PaperClaim(
    "Is [SEP] where attention rests?",
    CLARK,
    LINK,
    "More than half of the attention in layers 6 to 10 of 12 goes to [SEP].",
    "The mean weight on [SEP] over all tokens, in the layers that lie as deep. It holds if it is above one half, by "
    "two standard errors over heads.",
)


def head_claims(found: HeadFindings) -> tuple[JudgedClaim, ...]:
    """The claims that the sentences tell something about."""
    relations = [relation_claim(found.checkpoint, *found.best(name)) for name in RELATION_CLAIMS if found.best(name)]
    return (*relations, neighbours(found), separators(found))


def relation_claim(checkpoint: str, best: RelationScore) -> JudgedClaim:
    """The best head against the best fixed offset, on the same words."""
    error = sqrt(best.error**2 + best.offset_accuracy * (1 - best.offset_accuracy) / best.n)
    here = (
        f"Layer {best.layer}, head {best.head} does so in {percent(best.accuracy, best.error)} of "
        f"{best.n:,} words, the best fixed offset in {percent(best.offset_accuracy)}."
    )
    claim = RELATION_CLAIMS[best.relation]
    return judged(checkpoint, claim, here, (best.accuracy - best.offset_accuracy, error), best.n)


def neighbours(found: HeadFindings) -> JudgedClaim:
    """Heads with most of their weight on a neighbour; what is judged is the scarcer kind."""
    counts = [sum(getattr(one, name) > HALF for one in found.heads) for name in ("previous", "next")]
    here = (
        f"Of {len(found.heads)} heads, {counts[0]} give more than half to the previous token, {counts[1]} to the next."
    )
    verdict = judge(min(counts) - HALF, 0)
    return JudgedClaim(found.checkpoint, NEIGHBOURS, here, min(counts), 0.0, len(found.heads), verdict)


def separators(found: HeadFindings) -> JudgedClaim:
    """The share of [SEP] in the layers that lie as deep as layers 6 to 10 of 12."""
    depth = max(one.layer for one in found.heads)
    layers = range(-(-6 * depth // 12), -(-10 * depth // 12) + 1)
    shares = [one.separator for one in found.heads if one.layer in layers]
    share, error = mean_and_error(shares)
    here = (
        f"In layers {layers[0]} to {layers[-1]} of {depth} it is {percent(share, error, 0)}, on average over their "
        f"{len(shares)} heads."
    )
    return judged(found.checkpoint, SEPARATORS, here, (share - HALF, error), len(shares))


def read_heads_of_grammar(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """The head finder on our own sentences."""
    search = HeadSearch((checkpoint,), sentences())
    state = State(search.total, stop=hearing.state.stop)
    search.run(engine, None, state)
    hearing.told(state.done)
    (found,) = state.result
    return head_claims(found)


HEADS = (
    Experiment("attention", (*RELATION_CLAIMS.values(), NEIGHBOURS, SEPARATORS), SENTENCES, read_heads_of_grammar),
)
