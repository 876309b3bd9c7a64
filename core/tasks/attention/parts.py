"""Parts of all weights: one layer, one head, all heads made small."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.spec import check_place


def whole(request: AttentionRequest) -> AttentionRequest:
    """The request of all weights, of which this one asks for a part."""
    return replace(request, layer=0, head=0, cells=0)


def select(result: AttentionResult, request: AttentionRequest) -> AttentionResult:
    """What a request asks for of the result with all weights; InputError for a layer or a head that there is not."""
    if request == whole(request):
        return result
    layers, heads = result.network
    for number, what, most in ((request.layer, "layer", layers), (request.head, "head", heads)):
        if number:
            check_place(number, what, most)
    chosen = result.attentions[one_or_all(request.layer), one_or_all(request.head)]
    if request.cells:
        return replace(result, attentions=shrink(chosen, request.cells))
    return replace(result, attentions=chosen.copy())  # a view would keep all weights in memory


def one_or_all(number: int) -> slice:
    """The one with this number, counted from 1, or all for 0."""
    return slice(number - 1, number) if number else slice(None)


def shrink(attentions: NDArray[np.float16], cells: int) -> NDArray[np.float16]:
    """Each head, shape (..., query, key), at most `cells` on a side; each cell the largest weight that fell into it."""
    cells = min(cells, attentions.shape[-1])
    edges = np.linspace(0, attentions.shape[-1], cells + 1).astype(int)[:-1]
    ordered = np.ascontiguousarray(attentions).view(np.uint16)  # halves that are not negative sort like their bits
    small = np.maximum.reduceat(np.maximum.reduceat(ordered, edges, axis=-2), edges, axis=-1)
    return small.view(np.float16)
