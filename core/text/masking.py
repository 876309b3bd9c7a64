"""Which tokens a model has to predict, and what stands in their place meanwhile: what training does and pages show.

Every function takes a generator of random numbers and uses it alike for one row and for many.
"""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Chosen = NDArray[np.bool_]

RATE = 0.15  # of the tokens that are not special
RANDOM, KEEP = 0.1, 0.1  # shares of the chosen tokens that become any piece or stay; the others become the mask
MASKED, REPLACED, KEPT = 0, 1, 2  # what becomes of a chosen token
SPAN_ENDS, LONGEST_SPAN = 0.2, 10  # words: how probably a span ends after each (SpanBERT, arxiv.org/abs/1907.10529)


def wanted(special: Chosen, rate: float) -> NDArray[np.float64]:
    """How many tokens of each row are to be chosen, (rows, 1): at least one."""
    count: NDArray[np.float64] = np.maximum(1, np.rint(rate * (~special).sum(axis=1, keepdims=True)))
    return count


def choose_tokens(special: Chosen, rng: np.random.Generator, rate: float = RATE) -> Chosen:
    """The share `rate` of the ordinary tokens of every row, (rows, tokens); `special` ones are never chosen."""
    rank = np.where(special, 2.0, rng.random(special.shape)).argsort(axis=1).argsort(axis=1)
    chosen: Chosen = rank < wanted(special, rate)
    return chosen


def choose_words(
    special: Chosen,
    continues: Chosen,
    rng: np.random.Generator,
    rate: float = RATE,
    weight: NDArray[np.float64] | None = None,
) -> Chosen:
    """Words with all their tokens until `rate` is reached; the last word may exceed it. `continues`: which tokens are
    of the word before them. A word with twice the `weight` of another comes up twice as soon."""
    start = word_starts(special, continues)
    times = rng.exponential(size=special.shape)  # the earliest are chosen, the heavy ones sooner
    times = times if weight is None else times / weight
    times = np.where(special, np.inf, np.take_along_axis(times, start, axis=1))
    rank = times.argsort(axis=1, kind="stable").argsort(axis=1)  # the tokens of a word stand together
    chosen: Chosen = (np.take_along_axis(rank, start, axis=1) < wanted(special, rate)) & ~special
    return chosen


def word_starts(special: Chosen, continues: Chosen) -> Ids:
    """The place of the first token of each token's word, (rows, tokens); a row may begin inside a word."""
    places = np.arange(special.shape[1])
    follows = continues & ~np.roll(special, 1, axis=1)
    starts: Ids = np.maximum.accumulate(np.where(follows, 0, places), axis=1)
    return starts


def choose_spans(special: Chosen, continues: Chosen, rng: np.random.Generator, rate: float = RATE) -> Chosen:
    """Runs of whole words until `rate` is reached, short ones more often; the last word may exceed it."""
    starts = word_starts(special, continues)
    chosen = np.zeros_like(special)
    for row, most in enumerate(wanted(special, rate)[:, 0]):
        words, sizes = np.unique(starts[row][~special[row]], return_counts=True)
        lengths = np.minimum(rng.geometric(SPAN_ENDS, len(words)), LONGEST_SPAN)
        spans = zip(rng.permutation(len(words)).tolist(), lengths.tolist(), strict=True)
        order = dict.fromkeys(n for first, length in spans for n in range(first, min(first + length, len(words))))
        enough = np.searchsorted(np.cumsum(sizes[list(order)]), most) + 1
        chosen[row] = np.isin(starts[row], words[list(order)[:enough]]) & ~special[row]
    return chosen


def fates(count: int, rng: np.random.Generator, *, random: float = RANDOM, keep: float = KEEP) -> Ids:
    """What becomes of so many chosen tokens: MASKED, REPLACED by any piece, or KEPT; (count,)."""
    dice = rng.random(count)
    return np.where(dice < random, REPLACED, np.where(dice < random + keep, KEPT, MASKED))


def stand_ins(fate: Ids, answers: Ids, rng: np.random.Generator, *, mask: int, lowest: int, pieces: int) -> Ids:
    """What stands in the place of the chosen tokens `answers`, (chosen,): the id of the mask token, one of the ids from
    `lowest` up to `pieces`, or the token itself."""
    drawn = rng.integers(lowest, pieces, len(answers))
    return np.where(fate == REPLACED, drawn, np.where(fate == KEPT, answers, mask))
