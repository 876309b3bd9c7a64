"""Reads the texts in every way in turn, round by round, and tells how long each took."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from threading import Event
from typing import cast

import torch
from transformers import PreTrainedModel

from core.batching.report import BatchingLine, BatchingOrder, BatchingStart, TimedWay, read_batching_order
from core.batching.texts import COUNT, long_and_short
from core.batching.ways import CACHE, PLANNED, WAYS, batches_of, widths
from core.checkpoints.catalog import Catalog
from core.models.loader import Loader
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.settings import load_settings
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.workers.measuring import MeasuringStep
from core.workers.runs import WorkFolder

ROUNDS = 2
TASK = "feature-extraction"
CACHE_BYTES = 100_000_000


def work(path: Path, stop: Event) -> Iterator[BatchingLine]:
    """What a worker does whose order stands in a folder."""
    yield from measure(read_batching_order(WorkFolder(path).values()), stop)


def measure(order: BatchingOrder, stop: Event, rounds: int = ROUNDS, count: int = COUNT) -> Iterator[BatchingLine]:
    """All ways in turn, each round, in seconds of one processor core; what `stop` breaks off is told so far."""
    torch.set_num_threads(1)
    texts = long_and_short(count)
    plain, served = PlainNetwork(order, texts), ServedNetwork(order, texts)
    yield BatchingStart(plain.lengths)
    spent: dict[str, list[float]] = {way: [] for way in WAYS}
    for done in range(rounds):
        for n, way in enumerate(WAYS):
            if stop.is_set():
                return
            yield MeasuringStep(done * len(WAYS) + n, rounds * len(WAYS), way)
            began = time.process_time()
            (plain if way in PLANNED else served).read(way)
            spent[way].append(time.process_time() - began)
            yield TimedWay(way, round(median(spent[way]), 4))


class PlainNetwork:
    """The encoder as transformers loads it, in float32, and the texts as token ids; too long ones are cut."""

    def __init__(self, order: BatchingOrder, texts: Sequence[str]) -> None:
        loader, row = Loader(Catalog(order.checkpoints)), order.checkpoints[0]
        self.budget, self.model = order.budget, cast(PreTrainedModel, loader.fresh(row).base_model)
        self.model.eval().requires_grad_(False)
        if getattr(self.model, "_supports_sdpa", False):
            self.model.set_attn_implementation("sdpa")
        tokenizer = loader.tokenizer(row)[1]
        self.ids = tokenizer(list(texts), truncation=True, max_length=row.context_length)["input_ids"]
        self.filler = tokenizer.pad_token_id or 0
        self.lengths = tuple(map(len, self.ids))

    def read(self, way: str) -> None:
        """Sends all texts through the network."""
        batches = batches_of(way, self.lengths, self.budget)
        with torch.inference_mode():
            for batch, width in zip(batches, widths(way, batches, self.lengths), strict=True):
                rows = [self.ids[n] + [self.filler] * (width - self.lengths[n]) for n in batch]
                seen = torch.arange(width) < torch.tensor([self.lengths[n] for n in batch])[:, None]  # (rows, tokens)
                self.model(input_ids=torch.tensor(rows), attention_mask=seen.long())


class ServedNetwork:
    """What answers on the pages: packed by the queue, in the number format of this machine, and past the padding where
    the network can; then the same texts once more, from the cache of results."""

    def __init__(self, order: BatchingOrder, texts: Sequence[str]) -> None:
        catalog, settings = Catalog(order.checkpoints), load_settings()
        self.engine = LocalEngine(settings.model_copy(update={"threads": 1, "batch_tokens": order.budget}), catalog)
        self.cached = CachedEngine(self.engine, ResultCache(CACHE_BYTES), catalog)
        self.id = order.checkpoints[0].id
        self.requests = [FeatureExtractionRequest(text) for text in texts]
        self.read(CACHE)  # fills it, and loads the model

    def read(self, way: str) -> None:
        """Asks for the vectors of all texts."""
        if way == CACHE:
            self.cached.run(TASK, self.id, self.requests)
        else:
            for _ in self.engine.stream(TASK, self.id, self.requests):
                pass
