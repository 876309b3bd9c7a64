"""The smallest changes of words that change the answer, and the shortest text that keeps it.

Words are proposed by a model that fills gaps, so that the changed text stays one that somebody could have written
(Ross, Marasović & Peters 2021, arxiv.org/abs/2012.13985). Input reduction: Feng et al. 2018, arxiv.org/abs/1804.07781.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, log
from typing import cast

from core.engine import Engine
from core.errors import InputError
from core.inspect.attribution import occlude
from core.inspect.subject import Change, Subject, WordPlace
from core.provenance import Provenance, total_cost
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.tasks.text_classification.schema import TextClassificationResult
from core.tasks.token_classification.schema import TokenClassificationResult
from core.text.spans import GAP, WORD

WORDS_TRIED = 10  # those that the answer rests on most
PROPOSALS = 25  # words for each
PAIRS_TRIED = 300
MOST_SHOWN = 10
MOST_REDUCED = 30  # words of a text that is reduced: each round asks once for each of them


@dataclass(frozen=True)
class Swap:
    """The word at [start, end) of a field gives way to `to`, to which the proposing model gives this probability."""

    field: str
    start: int
    end: int
    word: str
    to: str
    probability: float


@dataclass(frozen=True)
class Counterfactual:
    """Swaps that change the answer: the changed texts, what the model says now, the value that is left, and how natural
    the new words are: the geometric mean of their probabilities."""

    swaps: tuple[Swap, ...]
    texts: dict[str, str]
    becomes: str
    value: float

    @property
    def naturalness(self) -> float:
        """In [0, 1]."""
        return exp(sum(log(max(one.probability, 1e-12)) for one in self.swaps) / len(self.swaps))


@dataclass(frozen=True)
class Reduced:
    """The texts with as few words as keep the answer, and its value there."""

    texts: dict[str, str]
    left: int
    words: int
    value: float


@dataclass(frozen=True)
class Counterfactuals:
    """The counterfactuals of an answer, those of fewest swaps first, and of these the most natural; `tried` counts the
    changes of words that were asked."""

    target: str
    value: float
    measure: str
    texts: dict[str, str]
    found: tuple[Counterfactual, ...]
    tried: int
    reduced: Reduced | None
    provenance: Provenance


def counterfactuals(engine: Engine, checkpoint: str, subject: Subject, proposer: str) -> Counterfactuals:
    """Swaps single words, then pairs where single ones change nothing; reduces the text, too.

    `proposer` is a checkpoint that fills gaps. InputError for a number that is no answer among others.
    """
    if subject.holds is None:
        raise InputError(f"{subject.name.capitalize()} is a number: it has no other answer to change to.")
    costs: list[Provenance] = []
    whole = occlude(engine, checkpoint, subject)
    costs.append(whole.provenance)
    places = [subject.words[n] for n in whole.ranked(subject.words)[:WORDS_TRIED]]
    swaps, cost = propose(engine, proposer, subject, places)
    costs += cost
    tries = [(one,) for one in swaps]
    flips, values, cost = flip(engine, checkpoint, subject, tries)
    costs += cost
    tried = len(tries)
    if not flips and swaps:
        pairs = promising(tries, values)
        flips, _, cost = flip(engine, checkpoint, subject, pairs)
        costs += cost
        tried += len(pairs)
    ranked = sorted(flips, key=lambda one: (len(one.swaps), -one.naturalness))
    reduced, cost = reduce_input(engine, checkpoint, subject)
    costs += cost
    return Counterfactuals(
        subject.name,
        whole.value,
        subject.measure,
        subject.texts,
        tuple(ranked[:MOST_SHOWN]),
        tried,
        reduced,
        replace(total_cost([one for one in costs if one.checkpoint == checkpoint]), unread=whole.provenance.unread),
    )


def propose(
    engine: Engine, proposer: str, subject: Subject, places: Sequence[WordPlace]
) -> tuple[list[Swap], list[Provenance]]:
    """Other words for each place, as likely there as the proposing model says."""
    texts = subject.texts
    requests = [FillMaskRequest(hidden(texts[place.field], place), PROPOSALS) for place in places]
    results = cast("list[FillMaskResult]", engine.run("fill-mask", proposer, requests))
    found = []
    for place, request, result in zip(places, requests, results, strict=True):
        word = texts[place.field][place.start : place.end]
        mask = next((one for one in result.masks if one.start == place.start), None)
        assert mask, f"there is a gap at {place.start} of {request.text!r}"
        for fill in mask.fills:
            to = fill.text.capitalize() if word[:1].isupper() else fill.text
            if WORD.fullmatch(to) and to.casefold() != word.casefold():
                found.append(Swap(place.field, place.start, place.end, word, to, fill.score))
    return found, [result.provenance for result in results]


def hidden(text: str, place: WordPlace) -> str:
    """The text with a gap in the place of a word, and in that of its own gaps if it has some."""
    return f"{text[: place.start]}{GAP}{text[place.end :]}"


def change_of(swaps: Sequence[Swap]) -> Change:
    """The swaps as a change of the request."""
    words = tuple(WordPlace(one.field, one.start, one.end) for one in swaps)
    return Change(words, fillers=tuple(one.to for one in swaps))


def flip(
    engine: Engine, checkpoint: str, subject: Subject, tries: Sequence[tuple[Swap, ...]]
) -> tuple[list[Counterfactual], list[float], list[Provenance]]:
    """Those of the tries that change the answer, and the value after each."""
    if not tries or subject.holds is None:
        return [], [], []
    changes = [change_of(one) for one in tries]
    values, results = subject.values(engine, checkpoint, changes)
    found = [
        Counterfactual(swaps, {f: change.text(f, text) for f, text in subject.texts.items()}, says(result), value)
        for swaps, change, value, result in zip(tries, changes, values, results, strict=True)
        if not subject.holds(result, change)
    ]
    return found, values, [result.provenance for result in results]


def promising(tries: Sequence[tuple[Swap, ...]], values: Sequence[float]) -> list[tuple[Swap, ...]]:
    """Pairs of the swaps that lower the value most, of different words."""
    order = sorted(range(len(tries)), key=lambda n: values[n])
    best = [tries[n][0] for n in order[:40]]
    pairs = [(a, b) for a, b in combinations(best, 2) if (a.field, a.start) != (b.field, b.start)]
    return [tuple(sorted(pair, key=lambda one: one.start)) for pair in pairs[:PAIRS_TRIED]]


def says(result: object) -> str:
    """What a result says now, in short."""
    match result:
        case TextClassificationResult():
            return result.labels[0].label
        case TokenClassificationResult():
            return ", ".join(f"{one.entity_group} {one.text}" for one in result.entities) or "no name"
        case FillMaskResult():
            return result.masks[0].fills[0].text if result.masks and result.masks[0].fills else "nothing"
        case _:
            best = getattr(result, "best", None)
            return best.text if best else "no answer"


def reduce_input(engine: Engine, checkpoint: str, subject: Subject) -> tuple[Reduced | None, list[Provenance]]:
    """Leaves out one word after the other, each time the one whose loss leaves the highest value, while the answer
    holds. None for a text of too many words."""
    places, costs = list(subject.words), []
    if len(places) > MOST_REDUCED or subject.holds is None:
        return None, []
    gone: tuple[WordPlace, ...] = ()
    values, results = subject.values(engine, checkpoint, [Change()])
    value = values[0]
    while len(gone) + 1 < len(places):
        changes = [Change((*gone, place)) for place in places if place not in gone]
        values, results = subject.values(engine, checkpoint, changes)
        costs += [one.provenance for one in results]
        holding = [
            n for n, (result, change) in enumerate(zip(results, changes, strict=True)) if subject.holds(result, change)
        ]
        if not holding:
            break
        best = max(holding, key=lambda n: values[n])
        gone, value = changes[best].words, values[best]
    texts = {field: " ".join(Change(gone).text(field, text).split()) for field, text in subject.texts.items()}
    return Reduced(texts, len(places) - len(gone), len(places), value), costs
