"""Whether several forward passes end in the same answer, and how alike the chosen heads look at the text."""

from collections.abc import Sequence

import numpy as np

from core.comparison.agreement import Agreement, everybody, plain, unmarked
from core.tasks.forward_pass.schema import ForwardPassResult


def agreement(results: Sequence[ForwardPassResult]) -> Agreement:
    """The weights of the chosen heads that lie on the same tokens, the two results that share least; only where the
    tokens are the same."""
    first, nothing = results[0], unmarked(results)
    found = [result.step("weights").values for result in results]
    if any(result.tokens != first.tokens for result in results) or len({one.shape for one in found}) > 1:
        return Agreement("Their tokens are not the same, so their steps cannot be compared.", None, nothing)
    shares = [float(np.minimum(a, b).sum(-1).mean()) for n, a in enumerate(found) for b in found[:n]]
    sentence = (
        f"The chosen heads place {plain(min(shares))} of their weight on the same tokens (1 all of it, 0 nothing)."
    )
    if min(shares) > 0.995:
        sentence = f"{everybody(len(results))} place the weight of the chosen head on the same tokens."
    return Agreement(sentence, min(shares), nothing)


def change(before: ForwardPassResult, after: ForwardPassResult) -> Agreement:
    """The same of two texts."""
    return agreement((before, after))
