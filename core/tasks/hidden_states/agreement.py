"""How alike the layers of networks place the tokens of a text: their vectors cannot be compared with each other, the
similarities between their tokens can."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np

from core.comparison.agreement import Agreement, everybody, listed, plain, unmarked
from core.comparison.cka import FEWEST, cka, placed
from core.tasks.hidden_states.schema import HiddenStatesResult, in_text
from core.text.phrases import quoted

SAME = 0.995
SCALE = "linear CKA: 1 the same, 0 unrelated"


def agreement(results: Sequence[HiddenStatesResult]) -> Agreement:
    """How alike the layers place the tokens: the mean over the layers, on each the two results that are least alike;
    the last layer alone where their numbers of layers differ."""
    first, nothing = results[0], unmarked(results)
    if any(result.tokens != first.tokens for result in results):
        return Agreement("Their tokens are not the same, so their layers cannot be compared.", None, nothing)
    if len(first.tokens) < FEWEST:
        few = f"Layers can be compared on {FEWEST} tokens or more; this text has {len(first.tokens)}."
        return Agreement(few, None, nothing)
    depths = [len(result.states) - 1 for result in results]
    alone = len(set(depths)) > 1
    each = [[placed(layer) for layer in (result.states[-1:] if alone else result.states)] for result in results]
    pairs = [list(map(cka, a, b)) for a, b in combinations(each, 2)]
    alike = np.min(pairs, axis=0)  # (layers + 1,) or (1,)
    mean, share = float(alike.mean()), max(0.0, float(alike.mean()))
    if alone:
        layers = listed(map(str, depths))
        sentence = f"They have {layers} layers. The similarity of the last ones is {plain(mean)} ({SCALE})."
    elif float(alike.min()) > SAME:
        sentence = f"{everybody(len(results))} place the tokens in the same way on every layer."
    else:
        least = int(alike.argmin())
        where = f"on layer {least}" if least else "in the embeddings"
        lowest = f"lowest {where} ({plain(alike[least])})"
        sentence = f"The similarity of their layers is {plain(mean)} on average ({SCALE}), {lowest}."
    return Agreement(sentence, share, nothing)


def change(before: HiddenStatesResult, after: HiddenStatesResult) -> Agreement:
    """Of the tokens that both texts have, the one whose vectors on the last layer differ most."""
    old, new = before.states[-1], after.states[-1]
    if old.shape[1] != new.shape[1]:
        return agreement((before, after))
    pairs = shared_tokens(before, after)
    if not pairs:
        return Agreement("Their texts have no token in common.", None, unmarked((before, after)))
    a, b = old[[i for i, _ in pairs]], new[[j for _, j in pairs]]  # (pairs, hidden)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines = (a * b).sum(1) / np.maximum(lengths, 1e-12)
    least = int(cosines.argmin())
    if cosines[least] > SAME:
        sentence = "On the last layer, every token that both texts have keeps its vector."
    else:
        token = quoted(before.labels[pairs[least][0]])
        sentence = (
            f"Of the tokens that both texts have, {token} differs most: the cosine of its two vectors on the last "
            f"layer is {plain(cosines[least])} ({plain(cosines.mean())} on average)."
        )
    return Agreement(sentence, None, unmarked((before, after)))


def shared_tokens(before: HiddenStatesResult, after: HiddenStatesResult) -> list[tuple[int, int]]:
    """The places of each token that both texts have in the same order."""
    old, new = in_text(before), in_text(after)
    words, others = [before.tokens[n] for n in old], [after.tokens[n] for n in new]
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return [(old[i + n], new[j + n]) for i, j, size in blocks for n in range(size)]
