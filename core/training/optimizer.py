"""AdamW over the weights of a network that learn: in fp32 as they are, or as fp32 copies of bf16 weights."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

BETAS = (0.9, 0.98)
WEIGHT_DECAY = 0.01
HIGHEST_NORM = 1.0  # of the gradients of all weights together


class Optimizer:
    """AdamW; `weights` are those that it changes, by their names in the network."""

    def __init__(
        self,
        network: nn.Module,
        *,
        learning_rate: float,
        eps: float = 1e-8,
        weight_decay: float = WEIGHT_DECAY,
        vectors_decay: bool = False,
        highest_norm: float = HIGHEST_NORM,
        shares: Mapping[str, float] | None = None,
    ) -> None:
        """`learning_rate` is the highest; a weight learns at the `shares` of it that stand behind its name, else at all
        of it. `vectors_decay` says that biases and norms decay too; a `highest_norm` of 0 clips no gradient.
        """
        self.network, self.learning_rate, self.highest_norm = network, learning_rate, highest_norm or math.inf
        self.weights = self._prepare()
        kinds: dict[tuple[float, bool], list[Tensor]] = {}
        for decays in (True, False):  # the matrices first
            for name, weight in self.weights.items():
                if (weight.ndim > 1) == decays:
                    kinds.setdefault(((shares or {}).get(name, 1.0), decays), []).append(weight)
        groups = [
            {"params": weights, "weight_decay": weight_decay * (decays or vectors_decay), "share": share}
            for (share, decays), weights in kinds.items()
        ]
        self.adam = torch.optim.AdamW(groups, lr=learning_rate, betas=BETAS, eps=eps, fused=True)

    def _prepare(self) -> dict[str, Tensor]:
        """The weights to change."""
        return dict(trainable(self.network))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(iter(self.weights.values())).device

    def collect(self) -> None:
        """Takes over the network's gradients; called after each backward pass."""

    def step(self, factor: float) -> Tensor:
        """Changes the weights by the gradients collected, at `factor` times the learning rate; the gradients' norm
        before it was clipped.
        """
        norm = nn.utils.clip_grad_norm_(self.weights.values(), self.highest_norm)
        for group in self.adam.param_groups:
            group["lr"] = factor * self.learning_rate * group["share"]
        self.adam.step()
        self.adam.zero_grad()
        self._publish()
        return norm

    def copy(self) -> dict[str, Tensor]:
        """The weights as they are now."""
        return {name: weight.detach().clone() for name, weight in self.weights.items()}

    @torch.no_grad()
    def put(self, weights: Mapping[str, Tensor]) -> None:
        """Gives the network these weights."""
        for name, weight in self.weights.items():
            weight.copy_(weights[name])
        self._publish()

    def state(self) -> dict[str, Any]:
        """What `restore` needs."""
        weights = {name: weight.detach() for name, weight in self.weights.items()}
        return {"weights": weights, "optimizer": self.adam.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Weights and moments as they were."""
        self.adam.load_state_dict(state["optimizer"])
        self.put(state["weights"])

    def _publish(self) -> None:
        """Tells the network of its new weights; nothing to do where they are its own."""


class MasterWeights(Optimizer):
    """fp32 copies of a network's weights, which the optimiser changes; the network itself computes in bf16.

    Autocast would cast every weight again in every step, and bf16 alone would lose most updates to rounding.
    """

    def _prepare(self) -> dict[str, Tensor]:
        masters = {name: weight.detach().float().clone() for name, weight in trainable(self.network).items()}
        self.network.to(torch.bfloat16)
        self.halves = trainable(self.network)
        return masters

    @torch.no_grad()
    def collect(self) -> None:
        """Adds the network's gradients to those of the masters: in bf16 small ones would be lost in the sum."""
        for name, half in self.halves.items():
            if half.grad is not None:
                master = self.weights[name]
                master.grad = half.grad.float() if master.grad is None else master.grad.add_(half.grad)
                half.grad = None

    def unround(self) -> None:
        """Turns the network to fp32, with the masters as its weights."""
        self.network.float()
        self.halves = trainable(self.network)
        self._publish()

    @torch.no_grad()
    def _publish(self) -> None:
        """Rounds the masters into the network."""
        for name, half in self.halves.items():
            half.copy_(self.weights[name])


@torch.no_grad()
def exchange(weights: Mapping[str, Tensor], others: dict[str, Tensor]) -> None:
    """Gives the weights the values that `others` have for them, and these theirs; nothing is copied."""
    for name, other in others.items():
        weight = weights[name]
        weight.data, others[name] = other, weight.data


def trainable(network: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that learn, by name; one with two names comes once."""
    return {name: weight for name, weight in network.named_parameters() if weight.requires_grad}


def count_weights(network: nn.Module) -> int:
    """All of them; one with two names counts once."""
    return sum(weight.numel() for weight in network.parameters())
