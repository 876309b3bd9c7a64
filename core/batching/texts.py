"""The texts that are read: of very different lengths, as the texts of real files are."""

import numpy as np

from core.inspect.grammar import sentences

COUNT, SEED = 500, 13
SHARE, MOST = 0.3, 16  # of texts that end after each sentence; sentences of the longest


def long_and_short(count: int = COUNT) -> list[str]:
    """Texts of one to MOST sentences of our grammar, most of them short, the same each time."""
    random = np.random.default_rng(SEED)
    sizes = np.minimum(random.geometric(SHARE, count), MOST)
    every = iter(sentences(int(sizes.sum())))
    return [" ".join(next(every).text for _ in range(size)) for size in sizes]
