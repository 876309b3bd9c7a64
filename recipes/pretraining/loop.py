"""The loop of pretraining: full-parameter AdamW on fp32 masters of bf16 weights, with checkpoints to resume from."""

import json
import os
import time
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from core.errors import ModelLoadError
from recipes.pretraining.variant import Tensors, Variant, on_device
from recipes.pretraining.windows import WINDOW

CHECKPOINT_EVERY = 120  # seconds
CHECKPOINT = "checkpoint.pt"
BEFORE_DECAY = "before_decay.pt"
WARM_UP = 200  # steps
MOST_WORKERS = 12


class MasterWeights:
    """fp32 copies of a network's weights, which the optimiser changes; the network itself computes in bf16.

    Autocast would cast every weight again in every step, and bf16 alone would lose most updates to rounding.
    """

    def __init__(self, network: nn.Module, *, learning_rate: float) -> None:
        self.masters = [p.detach().float().clone() for p in network.parameters()]
        network.to(torch.bfloat16)
        self.halves = list(network.parameters())
        matrices = [w for w in self.masters if w.ndim > 1]
        others = [w for w in self.masters if w.ndim <= 1]  # biases and norms do not decay
        groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)

    @torch.no_grad()
    def collect(self) -> None:
        """Adds the network's gradients to those of the masters: in bf16 small ones would be lost in the sum."""
        for master, half in zip(self.masters, self.halves, strict=True):
            if half.grad is not None:
                master.grad = half.grad.float() if master.grad is None else master.grad.add_(half.grad)
                half.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update from the gradients collected, clipped to norm 1."""
        torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.publish()

    @torch.no_grad()
    def publish(self) -> None:
        """Rounds the masters into the network."""
        for half, master in zip(self.halves, self.masters, strict=True):
            half.copy_(master)

    def state(self) -> dict[str, Any]:
        """What `restore` needs."""
        return {"masters": self.masters, "optimizer": self.optimizer.state_dict()}

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Weights and optimiser as they were."""
        for master, saved in zip(self.masters, state["masters"], strict=True):
            master.copy_(saved)
        self.optimizer.load_state_dict(state["optimizer"])
        self.publish()

    def unround(self, network: nn.Module) -> None:
        """Turns the network to fp32, with the masters as its weights."""
        network.float()
        self.halves = list(network.parameters())
        self.publish()


def pretrain(variant: Variant, *, tokens: int, runs: Path, out: Path, stop_after: int | None = None) -> list[Path]:
    """Trains for a budget of tokens, from the last checkpoint in `runs` if there is one; the folders written in `out`.

    A larger budget than the checkpoint's resumes from where the learning rate began to fall, and ends as if it
    had been the budget from the start. `stop_after` ends this call after so many steps, with a checkpoint and nothing
    written.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    weights = MasterWeights(variant.network.to(device).train(), learning_rate=variant.learning_rate)
    steps = max(1, tokens // (variant.rows * WINDOW))
    run = Run(variant, weights, runs / variant.name, device, steps)
    with Progress() as progress:
        bar = progress.add_task(variant.name, total=steps, completed=run.step)
        for batch in batches(variant, range(run.step, steps), device):
            run.advance(batch, variant.learning_rate * schedule(run.step, steps, variant.decay))
            progress.update(bar, advance=1)
            if run.step % variant.point_every == 0 or run.step == steps:
                run.add_point()
            if run.step == decay_start(steps, variant.decay):
                run.checkpoint(BEFORE_DECAY)
            if run.step == stop_after or run.step == steps or time.monotonic() - run.saved > CHECKPOINT_EVERY:
                run.checkpoint()
            if run.step == stop_after:
                return []
    return write(variant, weights, run.curve, out)


def snapshot(variant: Variant, *, runs: Path, out: Path) -> list[Path]:
    """The folders written in `out` with the weights of the last checkpoint in `runs`, which stays as it is."""
    file = runs / variant.name / CHECKPOINT
    if not file.exists():
        raise ModelLoadError(f"There is no checkpoint of {variant.name} in {runs}.", "Begin its training first.")
    state = torch.load(file, weights_only=True, map_location="cpu")
    weights = MasterWeights(variant.network, learning_rate=variant.learning_rate)
    weights.restore(state["weights"])
    return write(variant, weights, state["curve"], out)


def write(variant: Variant, weights: MasterWeights, curve: list[dict[str, float]], out: Path) -> list[Path]:
    """Writes the folders of a variant with the masters as its weights, and the curve into each."""
    weights.unround(variant.network)
    folders = variant.write(out)
    for folder in folders:
        (folder / "curve.json").write_text(json.dumps(curve) + "\n")
    return folders


class Run:
    """How far a training has come. `losses` are those since the last point of the curve."""

    def __init__(
        self, variant: Variant, weights: MasterWeights, folder: Path, device: torch.device, steps: int
    ) -> None:
        """`steps` is the budget."""
        self.variant, self.weights, self.folder, self.device, self.steps = variant, weights, folder, device, steps
        self.step, self.tokens, self.spent = 0, 0, 0.0
        self.losses: list[Tensor] = []
        self.curve: list[dict[str, float]] = []
        self._resume()
        self.clock = time.monotonic if device.type == "cuda" else time.thread_time
        self.began, self.saved = self.clock(), time.monotonic()

    def advance(self, batch: Tensors, learning_rate: float) -> None:
        """One step."""
        total = torch.zeros((), device=self.device)
        for part, share in self.variant.parts(on_device(batch, self.device)):
            loss = self.variant.loss(part) * share
            loss.backward()
            self.weights.collect()
            total += loss.detach()
        self.weights.step(learning_rate)
        self.losses.append(total)  # not yet a number: a graphics card would be waited for
        self.step += 1
        self.tokens += batch["input_ids"].numel()

    def add_point(self) -> None:
        """A point of the curve: the mean loss since the last one and the held-out scores."""
        loss = round(float(torch.stack(self.losses).mean()), 4)
        scores = self.variant.scores(self.device)
        point = {"step": self.step, "tokens": self.tokens, "seconds": round(self._seconds(), 1), "loss": loss, **scores}
        self.curve.append(point)
        self.losses = []
        print(point, flush=True)

    def checkpoint(self, name: str = CHECKPOINT) -> None:
        """Writes what a later call needs, in one rename."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {"budget": self.steps, "step": self.step, "tokens": self.tokens, "seconds": self._seconds()}
        torch.save(
            state | {"losses": self.losses, "curve": self.curve, "weights": self.weights.state()},
            self.folder / "checkpoint.new",
        )
        (self.folder / "checkpoint.new").rename(self.folder / name)
        self.saved = time.monotonic()

    def _resume(self) -> None:
        """Takes over the latest checkpoint at which this budget's learning rate is what it was."""
        files = [file for file in (self.folder / CHECKPOINT, self.folder / BEFORE_DECAY) if file.exists()]
        states = (torch.load(file, weights_only=True, map_location=self.device) for file in files)
        if (state := next(filter(self._fits, states), None)) is None:
            return
        self.step, self.tokens, self.spent = state["step"], state["tokens"], state["seconds"]
        self.losses, self.curve = state["losses"], state["curve"]
        self.weights.restore(state["weights"])

    def _fits(self, state: dict[str, Any]) -> bool:
        """Whether the steps so far had the learning rates of this budget."""
        constant = decay_start(min(state["budget"], self.steps), self.variant.decay)
        return state["budget"] == self.steps or state["step"] <= constant

    def _seconds(self) -> float:
        """Seconds at work; on a processor of this thread alone: what the machine gives to others does not count."""
        return self.spent + self.clock() - self.began


class Steps(Dataset[Tensors]):
    """The batches of a variant by their steps."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant

    def __getitem__(self, step: int) -> Tensors:
        return self.variant.batch(step)


def batches(variant: Variant, steps: range, device: torch.device) -> DataLoader[Tensors]:
    """The batches of these steps, in order; made ahead by other processes where a graphics card would wait for them."""
    waits = device.type == "cuda"
    workers = min(MOST_WORKERS, (os.cpu_count() or 1) - 1) if waits else 0
    return DataLoader(Steps(variant), batch_size=None, sampler=steps, num_workers=workers, pin_memory=waits)


def schedule(step: int, steps: int, decay: float) -> float:
    """Learning-rate factor: 200 steps warm up, then constant, then linear to zero over the share `decay` of steps."""
    return min((step + 1) / WARM_UP, 1.0, (steps - step) / max(1, steps - decay_start(steps, decay)))


def decay_start(steps: int, decay: float) -> int:
    """The step at which the learning rate begins to fall."""
    return round((1 - decay) * steps)
