"""How far vectors agree: their cosines. Nothing in them can be marked."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cosine

from core.comparison.agreement import Agreement, listed, plain, unmarked
from core.provenance import Result


def of_arrays(arrays: Sequence[NDArray[np.float32]], name: str, results: Sequence[Result]) -> Agreement:
    """The cosine of arrays, (hidden,), called `name`."""
    if len({len(array) for array in arrays}) > 1:
        sentence = (
            f"The {name} have {listed(str(len(array)) for array in arrays)} dimensions, so they cannot be compared."
        )
        return Agreement(sentence, None, unmarked(results))
    pairs = [float(1 - cosine(a, b)) for a, b in combinations(arrays, 2)]
    if len(pairs) == 1:
        sentence = f"The cosine of the two {name} is {plain(pairs[0])}."
    else:
        sentence = f"The cosines of all pairs of {name} are between {plain(min(pairs))} and {plain(max(pairs))}."
    return Agreement(sentence, max(0.0, min(pairs)), unmarked(results))
