"""How deep in a network each weight lies, and what follows from it: layer-wise rates, which layers learn when."""

from collections.abc import Sequence

from torch import nn
from transformers import PreTrainedModel

from core.models.hooks import layers


def depths(model: PreTrainedModel, prefix: str = "") -> dict[str, int]:
    """0 for embeddings, 1 for the first layer …, one more than the layers for pooler and head, by names of weights
    with the `prefix` that they have in a larger network.

    Weights that several layers share, as ALBERT's do, have the depth of the last.
    """
    stack = layers(model)
    of_layer = {id(weight): n for n, layer in enumerate(stack, 1) for weight in layer.parameters()}
    base = {id(weight) for weight in model.base_model.parameters()}
    found: dict[str, int] = {}
    for name, weight in model.named_parameters():
        above = id(weight) not in base or "pooler" in name
        found[prefix + name] = of_layer.get(id(weight), len(stack) + 1 if above else 0)
    return found


def rate_of_depth(depth: int, layers: int, decay: float) -> float:
    """The share of the highest rate at a depth: decay to the power of the layers above it.

    Howard and Ruder 2018, arxiv.org/abs/1801.06146, 3.2, who divide by 2.6; Sun et al. 2019, arxiv.org/abs/1905.05583.
    """
    return float(decay ** max(0, layers + 1 - depth))


class Thaw:
    """Gradual unfreezing: the head alone first, then a layer more at a time from the top, embeddings last, evenly over
    the first half of the steps (Howard and Ruder 2018, 3.3, release one an epoch).

    All groups of the optimizer exist from the start and only the need of gradients changes: a group that came later
    would begin with empty moments.
    """

    def __init__(self, weights: Sequence[tuple[nn.Parameter, int]], *, layers: int, steps: int) -> None:
        """`weights` that learn with their depths."""
        self.weights, self.layers = weights, layers
        self.each = max(1, steps // (2 * (layers + 1)))  # steps until the next layer

    def lowest(self, step: int) -> int:
        """The lowest depth that learns at a step, counted from 0."""
        return max(0, self.layers + 1 - step // self.each)

    def __call__(self, step: int) -> None:
        """Sets which weights learn at a step."""
        lowest = self.lowest(step)
        for weight, depth in self.weights:
            weight.requires_grad_(depth >= lowest)
