"""AdamW over the weights of a network that learn: in fp32 as they are, or as fp32 copies of bf16 weights."""

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
        self, network: nn.Module, *, learning_rate: float, eps: float = 1e-8, vectors_decay: bool = False
    ) -> None:
        """`learning_rate` is the highest; `vectors_decay` says that biases and norms decay too."""
        self.network, self.learning_rate = network, learning_rate
        self.weights = self._prepare()
        matrices = [weight for weight in self.weights.values() if weight.ndim > 1]
        others = [weight for weight in self.weights.values() if weight.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": WEIGHT_DECAY},
            {"params": others, "weight_decay": WEIGHT_DECAY * vectors_decay},
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
        norm = nn.utils.clip_grad_norm_(self.weights.values(), HIGHEST_NORM)
        for group in self.adam.param_groups:
            group["lr"] = factor * self.learning_rate
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


def trainable(network: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that learn, by name; one with two names comes once."""
    return {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
