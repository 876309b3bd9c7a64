"""What a request through the engine adds to the bare forward pass, and what the adapters take in memory."""

import statistics
import time
from dataclasses import dataclass

import torch

from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import FeatureExtractionRequest

ENCODER = "minilm"


@dataclass(frozen=True)
class Overhead:
    """Median milliseconds of one uncached request, of the bare forward pass of the same ids, and what lies between."""

    request_ms: float
    forward_ms: float

    @property
    def added_ms(self) -> float:
        return self.request_ms - self.forward_ms


def measure_overhead(engine: LocalEngine, *, rounds: int) -> Overhead:
    """One short sentence at a time, a new one each round so that no cache answers; interleaved with bare passes."""
    texts = [f"The train number {n} leaves the station at noon." for n in range(rounds)]
    with engine.lease(ENCODER) as model, torch.inference_mode():
        requests, bare = [], []
        for text in texts:
            encoding, _ = model.tokenizer.encode(text)
            ids = torch.tensor([encoding.ids])
            began = time.perf_counter()
            model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.float().mean(1)
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            engine.run("feature-extraction", ENCODER, [FeatureExtractionRequest(text)])
            requests.append(time.perf_counter() - began)
    return Overhead(statistics.median(requests) * 1000, statistics.median(bare) * 1000)


@dataclass(frozen=True)
class Memory:
    """Bytes of weights, each storage counted once: the encoder alone, and the adapters on it loaded together."""

    encoder: int
    adapters: int
    number: int

    @property
    def ratio(self) -> float:
        return self.adapters / self.encoder


def measure_memory() -> Memory:
    """Loads an encoder into one engine and its adapters, short trainings left out, into another."""
    alone, together = LocalEngine(), LocalEngine()
    alone.load(ENCODER)
    adapters = [row.id for row in together.catalog if row.base == ENCODER and not row.earlier_of]
    for checkpoint in adapters:
        together.load(checkpoint)
    return Memory(alone.store.used_bytes(), together.store.used_bytes(), len(adapters))
