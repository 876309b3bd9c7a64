"""Whether the words that a method names are those that the answer rests on: they are taken away, or all others are.

DeYoung et al. 2020 (ERASER), arxiv.org/abs/1911.03429, section 4.2. Texts with holes are unlike any that the model was
trained on (Feng et al. 2018, arxiv.org/abs/1804.07781), so each number stands beside that of random orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError
from core.inspect.attribution import Attribution
from core.inspect.methods import METHODS
from core.inspect.subject import Change, Subject, WordPlace, cost_of, mask_of
from core.provenance import Provenance, total_cost
from core.text.phrases import quoted

FRACTIONS = (0.01, 0.05, 0.10, 0.20, 0.50)  # of the words
RANDOM_ORDERS = 20
SEED = 0
FEWEST = 4  # words: with fewer, an order says nothing

Erasure = Literal["delete", "mask"]


@dataclass(frozen=True)
class Curve:
    """What an order of the words does, per part of FRACTIONS: the fall of the value without the first words
    (`comprehensiveness`, high is good), and with nothing but them (`sufficiency`, low is good)."""

    name: str
    comprehensiveness: tuple[float, ...]
    sufficiency: tuple[float, ...]

    @property
    def comprehensive(self) -> float:
        """The mean fall without the first words."""
        return float(np.mean(self.comprehensiveness))

    @property
    def sufficient(self) -> float:
        """The mean fall with nothing but them."""
        return float(np.mean(self.sufficiency))

    @property
    def faithful(self) -> float:
        """Both in one number, high is good: `comprehensive` − `sufficient`."""
        return self.comprehensive - self.sufficient


@dataclass(frozen=True)
class Faithfulness:
    """The curves of some methods, the most faithful first, those of the random orders, and what the methods said."""

    target: str
    value: float
    measure: str
    erasure: Erasure
    words: int
    curves: tuple[Curve, ...]
    random: tuple[Curve, ...]
    attributions: Mapping[str, Attribution]
    provenance: Provenance

    def beaten(self, curve: Curve) -> float:
        """The share of random orders that a method is more faithful than; by chance 0.5."""
        return float(np.mean([curve.faithful > one.faithful for one in self.random]))


def faithfulness(
    engine: Engine,
    checkpoint: str,
    subject: Subject,
    methods: Sequence[str] = tuple(METHODS),
    erasure: Erasure = "delete",
) -> Faithfulness:
    """Asks each method, then takes the words away in its order. InputError for a text of too few words."""
    places = subject.words
    if len(places) < FEWEST:
        message = f"The text has {len(places)} words that can be taken away; at least {FEWEST} are needed."
        raise InputError(message, "Write a longer text.")
    attributions = {name: METHODS[name].explain(engine, checkpoint, subject) for name in methods}
    orders = {name: one.ranked(places) for name, one in attributions.items()}
    filler = filler_of(engine, checkpoint, erasure)
    value, curves, random, cost = trace(engine, checkpoint, subject, places, orders, filler)
    ranked = tuple(sorted(curves, key=lambda one: -one.faithful))
    costs = [cost, *(one.provenance for one in attributions.values())]
    return Faithfulness(
        subject.name, value, subject.measure, erasure, len(places), ranked, random, attributions, total_cost(costs)
    )


def filler_of(engine: Engine, checkpoint: str, erasure: Erasure) -> str:
    """What takes the place of a word; InputError if the checkpoint has no mask."""
    if erasure not in ("delete", "mask"):
        raise InputError(f"Words cannot be taken away by {quoted(erasure)}.", "Choose delete or mask.")
    filler = mask_of(engine, checkpoint) if erasure == "mask" else ""
    if erasure == "mask" and not filler:
        raise InputError("This model has no mask.", "Choose delete.")
    return filler


def trace(
    engine: Engine,
    checkpoint: str,
    subject: Subject,
    places: Sequence[WordPlace],
    orders: Mapping[str, Sequence[int]],
    filler: str,
) -> tuple[float, tuple[Curve, ...], tuple[Curve, ...], Provenance]:
    """The value, a curve for each order and one for each random order, from one run of the engine."""
    random = np.random.default_rng(SEED)
    drawn = {f"random {n + 1}": random.permutation(len(places)).tolist() for n in range(RANDOM_ORDERS)}
    every = {**orders, **drawn}
    counts = [ceil(fraction * len(places)) for fraction in FRACTIONS]
    gone: dict[frozenset[int], int] = {frozenset(): 0}  # each set of words that is away is asked once
    for order in every.values():
        for count in counts:
            for away in (order[:count], order[count:]):
                gone.setdefault(frozenset(away), len(gone))
    changes = [Change(tuple(places[n] for n in sorted(away)), filler) for away in gone]
    values, results = subject.values(engine, checkpoint, changes)
    falls = values[0] - np.array(values)
    curves = {name: curve(name, order, counts, gone, falls) for name, order in every.items()}
    of_orders, of_random = (tuple(curves[name] for name in names) for names in (orders, drawn))
    return values[0], of_orders, of_random, cost_of(results)


def curve(
    name: str,
    order: Sequence[int],
    counts: Sequence[int],
    gone: Mapping[frozenset[int], int],
    falls: NDArray[np.float64],
) -> Curve:
    """The falls along one order."""
    without = tuple(float(falls[gone[frozenset(order[:count])]]) for count in counts)
    only = tuple(float(falls[gone[frozenset(order[count:])]]) for count in counts)
    return Curve(name, without, only)
