"""The visitor's own words in a gap. A key is a word."""

from collections.abc import Sequence
from itertools import combinations

from scipy.stats import kendalltau

from core.comparison.agreement import Agreement, Difference, everybody, listed, moved, of_scores, plain
from core.comparison.overlap import overlap
from core.tasks.candidate_ranking.schema import CandidateRankingResult, rows
from core.text.phrases import quoted, scored


def agreement(results: Sequence[CandidateRankingResult]) -> Agreement:
    """Whether the order is the same, otherwise the lowest Kendall's tau of any two. Odd: words whose place differs."""
    orders = [[one.text for one in result.candidates] for result in results]
    places = {word: {order.index(word) for order in orders} for word in orders[0]}
    odd = frozenset(word for word, found in places.items() if len(found) > 1)
    share = overlap([rows(result) for result in results])
    return Agreement(sentence_of(orders, bool(odd)), share, (odd,) * len(results))


def sentence_of(orders: Sequence[list[str]], different: bool) -> str:
    """The order in words."""
    who, firsts = everybody(len(orders)), list(dict.fromkeys(order[0] for order in orders))
    if not different:
        return f"{who} give the same order, with {quoted(firsts[0])} first."
    close = f"{'lowest ' if len(orders) > 2 else ''}Kendall’s τ {plain(lowest_tau(orders))}"
    if len(firsts) == 1:
        return f"{who} put {quoted(firsts[0])} first; the rest of the order differs ({close})."
    return f"They disagree on the first word: {listed(map(quoted, firsts))} ({close})."


def lowest_tau(orders: Sequence[list[str]]) -> float:
    """The lowest rank correlation of any two orders of the same words, in [-1, 1]."""
    ranks = [[order.index(word) for word in orders[0]] for order in orders]
    return min(float(kendalltau(a, b).statistic) for a, b in combinations(ranks, 2))


def change(before: CandidateRankingResult, after: CandidateRankingResult) -> Agreement:
    """Whether another word is first now, and how its share changes."""
    old, new = before.candidates[0], after.candidates[0]
    if old.text == new.text:
        sentence = f"{quoted(new.text)} stays first, and {moved('its share', old.score, new.score)}."
    else:
        sentence = f"{scored(old.text, old.score)} was first; now {scored(new.text, new.score)} is."
    places = [{one.text: n for n, one in enumerate(result.candidates)} for result in (before, after)]
    odd = [frozenset(w for w in own if own[w] != other.get(w)) for own, other in (places, places[::-1])]
    return Agreement(sentence, None, tuple(odd))


def differences(before: CandidateRankingResult, after: CandidateRankingResult) -> tuple[Difference, ...]:
    """The shares of each word."""
    old, new = ({one.text: one.score for one in result.candidates} for result in (before, after))
    return of_scores(old, new)
