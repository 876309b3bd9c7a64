"""What papers say of networks with heads switched off: how many are needed, and whether some are in the way.

Heads are chosen on one half of our reviews and judged on the other, and the other way round. The reviews are too few
for accuracies, so the probability of the right class is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.inspect.claims.claim import (
    Experiment,
    Hearing,
    JudgedClaim,
    PaperClaim,
    judged,
    mean_and_error,
    percent,
)
from core.inspect.claims.reviews import REVIEWS, each_review
from core.tasks.ablation.schema import AblationRequest, AblationResult

WITHOUT, ALONE = 12, 4  # reviews of a half that are read without each head, and with each as the only one of its layer
PRUNED = 0.6  # of the heads
UNNOTICED, MOST_LOST = 0.01, 0.0096  # falls of the probability; the second is the paper's
MICHEL = ("Michel et al. 2019", "https://arxiv.org/abs/1905.10650")
OUR_REVIEWS = (
    f"The mean probability of the right class of {REVIEWS} short reviews of our own; heads are chosen on one half of "
    "them and judged on all of the other."
)
ONE_HEAD = PaperClaim(
    "Is one head in a layer enough?",
    *MICHEL,
    "With one head left in a layer and all other layers whole, BERT loses at most 0.96 points on MNLI.",
    f"{OUR_REVIEWS} In one layer at a time all heads but the best one are silenced. It holds if the layer that loses "
    "most loses less than 0.96 points.",
)
PRUNABLE = PaperClaim(
    "Can most heads be switched off unnoticed?",
    *MICHEL,
    "On sentiment (SST-2), 60 % of BERT's heads can be pruned without a visible loss.",
    f"{OUR_REVIEWS} The 60 % of all heads that each cost least alone are silenced together; nothing is trained again. "
    "It holds if that costs less than 1 point.",
)
HELPS = PaperClaim(
    "Does switching a head off help?",
    "Kovaleva et al. 2019",
    "https://arxiv.org/abs/1908.08593",
    "On every task some heads are in the way: with one of them off, the score rises by 0.1 to 1.2 points.",
    f"{OUR_REVIEWS} The head without which the probability rises most is silenced. It holds if it rises there, too.",
)
SIZE = 300  # by which it is told how much is done
HeadSet = tuple[tuple[int, int], ...]  # layer and head, counted from 1


@dataclass
class Silencing:
    """Reviews read with heads silenced; `hearing` is told how many of all `passes` are done. `values`: the probability
    with all heads, of each review that was read with sets of them."""

    engine: Engine
    checkpoint: str
    requests: Sequence[AblationRequest]
    hearing: Hearing
    passes: int = 0
    done: int = 0
    values: list[float] = field(default_factory=list)

    def single_heads(self, places: Sequence[int]) -> NDArray[np.float32]:
        """By how much the probability of these reviews falls without each head alone, (reviews, layers, heads)."""
        found = []
        for place in places:
            (result,) = self._answers([replace(self.requests[place], each="heads")])
            layers, heads = result.importance.shape
            self.passes = 2 * (WITHOUT + ALONE) * layers * heads + len(self.requests) * (layers + 2)
            self._tell(layers * heads)
            found.append(result.importance)
        return np.stack(found)

    def falls(self, places: Sequence[int], sets: Sequence[HeadSet]) -> NDArray[np.float64]:
        """By how much the probability of these reviews falls without each set of heads, (reviews, sets)."""
        found: list[list[float]] = []
        for place in places:
            results = self._answers([replace(self.requests[place], heads=heads) for heads in sets])
            self._tell(len(sets))
            self.values.append(results[0].before)
            found.append([result.before - result.after for result in results])
        return np.array(found)

    def _answers(self, requests: Sequence[AblationRequest]) -> list[AblationResult]:
        return cast("list[AblationResult]", self.engine.run("ablation", self.checkpoint, requests))

    def _tell(self, passes: int) -> None:
        self.done += passes
        self.hearing.told(SIZE * self.done // self.passes)


def switch_off(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """The three claims, of a checkpoint that tells positive from negative."""
    requests = [AblationRequest(*subject.pair, subject.target) for subject in each_review(engine, checkpoint)]
    reading = Silencing(engine, checkpoint, requests, hearing)
    count = len(requests)
    second = np.arange(count) // 2 % 2 == 1  # labels take turns, so both halves have as many of each
    halves = np.flatnonzero(~second).tolist(), np.flatnonzero(second).tolist()
    found: dict[int, NDArray[np.float64]] = {}
    for chosen_on, judged_on in (halves, halves[::-1]):
        mean = reading.single_heads(chosen_on[:WITHOUT]).mean(0)  # (layers, heads)
        layers, heads = mean.shape
        alone = reading.falls(chosen_on[:ALONE], [rest for layer in range(layers) for rest in rests(layer, heads)])
        best = alone.mean(0).reshape(layers, heads).argmin(1)  # (layers,)
        left = [rests(layer, heads)[best[layer]] for layer in range(layers)]
        sets = [*left, cheapest(mean, round(PRUNED * mean.size)), cheapest(mean, 1)]
        found |= dict(zip(judged_on, reading.falls(judged_on, sets), strict=True))
    falls = np.array([found[n] for n in range(count)])  # (reviews, layers + 2)
    lost = falls[:, :layers]
    worst = int(lost.mean(0).argmax())
    fall, cut, helped = (mean_and_error(one.tolist()) for one in (lost[:, worst], falls[:, -2], -falls[:, -1]))
    whole = f"The right class has {percent(float(np.mean(reading.values)))} with all {layers * heads} heads"
    one_head = (
        f"{whole}. With one head left in a layer, it falls most in layer {worst + 1}: by {points(fall)} on {count} "
        "reviews."
    )
    prunable = f"{whole}. Without {round(PRUNED * mean.size)} of them it falls by {points(cut)} on {count} reviews."
    helps = f"{whole}. Without the one that is most in the way it rises by {points(helped)} on {count} reviews."
    return (
        judged(checkpoint, ONE_HEAD, one_head, (MOST_LOST - fall[0], fall[1]), count),
        judged(checkpoint, PRUNABLE, prunable, (UNNOTICED - cut[0], cut[1]), count),
        judged(checkpoint, HELPS, helps, helped, count),
    )


def rests(layer: int, heads: int) -> list[HeadSet]:
    """For each head of a layer, counted from 0, all others of that layer."""
    every = range(1, heads + 1)
    return [tuple((layer + 1, other) for other in every if other != head) for head in every]


def cheapest(falls: NDArray[np.floating], count: int) -> HeadSet:
    """So many of all heads, those of (layers, heads) without which the probability falls least."""
    order = np.argsort(falls, axis=None, kind="stable")[:count]
    places = np.unravel_index(np.sort(order), falls.shape)
    return tuple((int(layer) + 1, int(head) + 1) for layer, head in zip(*places, strict=True))


def points(found: tuple[float, float]) -> str:
    """A difference of probabilities in percentage points, with its standard error."""
    value, error = found
    return f"{100 * value:.2f} ± {100 * error:.2f} points".replace("-", "−")


SWITCHING_OFF = (Experiment("text-classification", (ONE_HEAD, PRUNABLE, HELPS), SIZE, switch_off),)
