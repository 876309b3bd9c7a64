"""What an explanation costs: integrated gradients beside captum as its tutorial drives it, all heads off beside a bare
pass."""

import statistics
import time
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import IntegratedGradients

from benchmarks.timing import Comparison, time_peers
from core.models.hooks import replace_embeddings
from core.models.readout import aim, read
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.ablation.schema import AblationRequest
from core.tasks.attribution.schema import AttributionRequest
from core.tasks.target import Target

CHECKPOINT, STEPS = "minilm-sentiment", 50
TEXT = "The wonderful cast plays well together but the plot of this film is far too dull to like"  # 20 tokens
TARGET = Target("text-classification", "positive")


@dataclass(frozen=True)
class Ablations:
    """Median seconds of all single-head ablations of a text, and of one bare eager pass of it."""

    heads: int
    seconds: float
    bare_seconds: float

    @property
    def ratio(self) -> float:
        """How many bare passes they cost."""
        return self.seconds / self.bare_seconds


def integrated_gradients(*, rounds: int) -> Comparison:
    """All steps in batches against captum that takes one step at a time, on the same plain layers in float32."""
    engine = LocalEngine(Settings(device="cpu", dtype="float32"))
    request = AttributionRequest(TEXT, target=TARGET, steps=STEPS)
    with engine.lease(CHECKPOINT) as model:
        found = aim(TEXT, "", TARGET, model)
        ids = torch.tensor([found.encoding.ids])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
        table, special = model.plain.get_input_embeddings(), torch.tensor([found.encoding.segments]) < 0
        masks = torch.where(special, ids, torch.full_like(ids, model.tokenizer.mask_id or 0))

        def logit(embeddings: torch.Tensor) -> torch.Tensor:
            with replace_embeddings(model.plain, embeddings):
                return read(model, inputs, [found.readout]).logits

        def with_captum() -> np.ndarray:
            method = IntegratedGradients(logit)
            scores = method.attribute(
                table(ids).detach(), baselines=table(masks).detach(), n_steps=STEPS, internal_batch_size=1
            )
            return scores.sum(-1)[0].detach().numpy()

        seconds, outputs = time_peers(
            {
                "engine": lambda: next(iter(engine.stream("attribution", CHECKPOINT, [request]))),
                "captum, one step at a time": with_captum,
            },
            rounds=rounds,
        )
    ours = np.array([word.effect for word in outputs["engine"].words])
    largest = float(np.abs(ours - outputs["captum, one step at a time"][1:-1]).max())
    return Comparison("integrated gradients", "texts", 1, seconds, f"largest difference {largest:.4f}", 3)


def single_heads(*, rounds: int) -> Ablations:
    """Every head of a text silenced alone, beside one eager pass of transformers."""
    engine = LocalEngine(Settings(device="cpu", dtype="float32"))
    request = AblationRequest(TEXT, target=TARGET, each="heads")
    with engine.lease(CHECKPOINT) as model, torch.inference_mode():
        ids = torch.tensor([aim(TEXT, "", TARGET, model).encoding.ids])
        spent: list[list[float]] = [[], []]
        for _ in range(rounds + 1):  # the first is not measured
            for n, call in enumerate(
                (lambda: next(iter(engine.stream("ablation", CHECKPOINT, [request]))), lambda: model.plain(ids))
            ):
                began = time.perf_counter()
                call()
                spent[n].append(time.perf_counter() - began)
        layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    return Ablations(layers * heads, *(statistics.median(one[1:]) for one in spent))
