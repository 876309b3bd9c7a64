"""KernelShap: the Shapley value of each word, from many requests in which some of the words are masked."""

from itertools import chain, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.inspect.attribution import Attribution, Word
from core.inspect.subject import Change, Subject, cost_of, mask_of

EXACT = 8  # words, of which all coalitions are tried
SAMPLES_PER_WORD, FEWEST_SAMPLES = 16, 200
SEED = 0


def kernel_shap(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """The effect of each word on average over the sets of other words that are there or masked.

    Up to EXACT words all sets are tried, which is exact; of more a seeded sample in pairs of complements. A word that
    is away gives way to a mask, or is left out where the checkpoint has none. Lundberg & Lee 2017,
    arxiv.org/abs/1705.07874; pairs: Covert & Lee 2021, arxiv.org/abs/2012.01536.
    """
    places, filler = subject.words, mask_of(engine, checkpoint)
    there, weights = coalitions(len(places))  # (sets, words), (sets,)
    sets = np.concatenate([np.ones((1, len(places)), bool), np.zeros((1, len(places)), bool), there])
    changes = [
        Change(tuple(place for place, is_there in zip(places, one, strict=True) if not is_there), filler)
        for one in sets
    ]
    (whole, nothing, *values), results = subject.values(engine, checkpoint, changes)
    effects = solve(there, np.array(values), weights, whole, nothing)
    words = tuple(
        Word(place.field, place.start, place.end, float(effect)) for place, effect in zip(places, effects, strict=True)
    )
    cost = cost_of(results)
    return Attribution(
        "kernel-shap", subject.name, whole, subject.measure, subject.texts, words, cost, nothing, steps=len(sets)
    )


def coalitions(words: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Sets of words, neither empty nor whole, (sets, words), and what each weighs, (sets,)."""
    if words <= EXACT:
        chosen = chain.from_iterable(combinations(range(words), size) for size in range(1, words))
        found = np.array([[n in one for n in range(words)] for one in chosen], bool).reshape(-1, words)
        sizes = found.sum(1)
        kernel = [(words - 1) / (comb(words, int(size)) * size * (words - size)) for size in sizes]
        return found, np.array(kernel)
    random = np.random.default_rng(SEED)
    sizes = np.arange(1, words)
    shares = (words - 1) / (sizes * (words - sizes))
    count = max(FEWEST_SAMPLES, SAMPLES_PER_WORD * words) // 2
    drawn = random.choice(sizes, count, p=shares / shares.sum())
    half = np.array([np.isin(np.arange(words), random.choice(words, size, replace=False)) for size in drawn])
    return np.concatenate([half, ~half]), np.ones(2 * count)


def solve(
    there: NDArray[np.bool_], values: NDArray[np.float64], weights: NDArray[np.float64], whole: float, nothing: float
) -> NDArray[np.float64]:
    """The effects, (words,), that explain the values of the sets best and add up to `whole` − `nothing`."""
    total = whole - nothing
    if there.shape[1] == 1:
        return np.array([total])
    last = there[:, -1].astype(float)  # the last effect is what the others leave
    design = there[:, :-1] - last[:, None]  # (sets, words - 1)
    wanted = values - nothing - last * total
    root = np.sqrt(weights)
    first, *_ = np.linalg.lstsq(design * root[:, None], wanted * root, rcond=None)
    return np.append(first, total - first.sum())
