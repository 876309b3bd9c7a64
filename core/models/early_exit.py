"""Early exit: a small head on every layer but the last, and a reading that ends at the first one that is sure.

Xin et al. 2020, DeeBERT, arxiv.org/abs/2004.12993, train such heads on a frozen network and compare the entropy with a
threshold; here it is the probability of the best class. As in FastBERT (Liu et al. 2020, arxiv.org/abs/2004.02178),
they learn what the network itself says at the end, so they need no labels.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from core.models.hooks import layers

PENALTY = 1e-3  # on the squares of the weights
ROUNDS = 60  # of L-BFGS


@dataclass(frozen=True)
class ExitHead:
    """Logits of the classes from the state of one layer: `weight` (classes, features) and `bias` (classes,)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """(…, features) -> (…, classes)"""
        return functional.linear(features, self.weight, self.bias)


def fitted(features: Tensor, probabilities: Tensor) -> ExitHead:
    """The head that comes closest to these `probabilities`, (examples, classes), by logistic regression on the
    `features`, (examples, features)."""
    mean, spread = features.mean(0), features.std(0).clamp_min(1e-6)
    scaled = (features - mean) / spread
    weight = torch.zeros(probabilities.shape[1], features.shape[1], requires_grad=True)
    bias = torch.zeros(probabilities.shape[1], requires_grad=True)
    steps = torch.optim.LBFGS([weight, bias], max_iter=ROUNDS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        steps.zero_grad()
        loss = functional.cross_entropy(functional.linear(scaled, weight, bias), probabilities)
        loss = loss + PENALTY * weight.square().sum()
        loss.backward()
        return loss

    steps.step(closure)
    with torch.no_grad():
        narrow = weight / spread
        return ExitHead(narrow, bias - narrow @ mean)


def features_of(state: Tensor, mask: Tensor, *, tokens: bool) -> Tensor:
    """What an exit reads of the state of a layer, (rows, tokens, hidden): every token's own, or for a whole text the
    first token beside the mean of all, (rows, 2 · hidden)."""
    if tokens:
        return state
    weights = mask[..., None].to(state.dtype)
    return torch.cat([state[:, 0], (state * weights).sum(1) / weights.sum(1)], -1)


def sureness(probabilities: Tensor, mask: Tensor, *, tokens: bool) -> Tensor:
    """How sure each row is, (rows,): the probability of its best class, or of that of its least sure token."""
    best = probabilities.max(-1).values
    return best.masked_fill(mask == 0, 1.0).min(-1).values if tokens else best


class _Leave(Exception):
    """Ends a forward pass: the logits are known."""


class EarlyExit:
    """Reads batches with a model until every row of them is sure enough. What is sure waits for the others of its
    batch, which is why early exit helps single texts more."""

    def __init__(self, model: PreTrainedModel, heads: Sequence[ExitHead], threshold: float, *, tokens: bool) -> None:
        self.model, self.heads, self.threshold, self.tokens = model, heads, threshold, tokens
        self.layers_used = 0  # of the last batch

    def __call__(self, **inputs: Tensor) -> Tensor:
        """The logits of the classes, (rows, classes) or (rows, tokens, classes)."""
        found: list[Tensor] = []
        with self._watching(inputs["attention_mask"], found):
            try:
                logits: Tensor = self.model(**inputs).logits
            except _Leave:
                return found[0]
        self.layers_used = len(self.heads) + 1
        return logits

    @contextmanager
    def _watching(self, mask: Tensor, found: list[Tensor]) -> Iterator[None]:
        turn = 0

        def look(module: Any, arguments: Any, output: Any) -> None:
            nonlocal turn
            if turn < len(self.heads):
                state = output[0] if isinstance(output, tuple) else output
                logits = self.heads[turn](features_of(state, mask, tokens=self.tokens))
                if bool((sureness(logits.softmax(-1), mask, tokens=self.tokens) >= self.threshold).all()):
                    found.append(logits)
                    self.layers_used = turn + 1
                    raise _Leave
            turn += 1

        with ExitStack() as stack:
            for layer in dict.fromkeys(layers(self.model)):
                stack.enter_context(layer.register_forward_hook(look))
            yield


@torch.no_grad()
def exit_heads(model: PreTrainedModel, batches: Iterable[dict[str, Tensor]], *, tokens: bool) -> list[ExitHead]:
    """A head for each layer but the last, fitted to what the model says at the end of these batches."""
    features: list[list[Tensor]] = [[] for _ in layers(model)[1:]]
    answers = []
    for inputs in batches:
        output: Any = model(**inputs, output_hidden_states=True)
        here = inputs["attention_mask"].bool() if tokens else slice(None)
        answers.append(output.logits.softmax(-1)[here])
        for one, state in zip(features, output.hidden_states[1:], strict=False):
            one.append(features_of(state, inputs["attention_mask"], tokens=tokens)[here])
    with torch.enable_grad():
        return [fitted(torch.cat(one), torch.cat(answers)) for one in features]
