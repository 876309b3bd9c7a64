"""The engine in this process: models, the queue before them, and who may use which."""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from typing import cast

import torch

from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.engine import CheckpointStatus, EngineStatus
from core.errors import PlaygroundError
from core.hub.library import LocalLibrary
from core.hub.trial import check_answer, questions, trying
from core.models.loader import Loader
from core.models.model import LoadedModel, ModelKey
from core.models.pieces import find_pieces, tokenize
from core.models.precision import resolve_device, resolve_dtype
from core.models.store import ModelStore
from core.provenance import Request, Result, Told
from core.runtime.allowance import Allowance
from core.runtime.runner import Pending, Runner, chunks, plain_name
from core.runtime.scheduler import Scheduler
from core.settings import Settings, load_settings
from core.tasks import find_task
from core.tasks.spec import TaskSpec, check_text
from core.text.pieces import Tokenized

TOKENIZERS = 16  # that are kept without their models
CHUNK = 512  # requests that `stream` holds in memory at a time; fewer where a task gives large results


class LocalEngine:
    """Runs tasks on models of this process; one instance serves every thread."""

    def __init__(
        self,
        settings: Settings | None = None,
        catalog: Catalog | None = None,
        *,
        on_change: Callable[[], None] = lambda: None,  # called when a model has come or gone
    ) -> None:
        self.settings = settings or load_settings()
        self.catalog = catalog or load_catalog()
        self.device = resolve_device(self.settings)
        self.dtype = resolve_dtype(self.settings, self.device)
        self.loader = Loader(self.catalog.whole())
        self.store = ModelStore(self.settings.memory_mb * 1_000_000, on_change=on_change)
        self.scheduler = Scheduler(
            self.settings.batch_tokens,
            visitor_requests=self.settings.visitor_requests,
            queue_requests=self.settings.queue_requests,
        )
        self.runner = Runner(self.scheduler, self.settings.max_characters)
        self.told: Told | None = None
        self.allowance = Allowance(self.settings.visitor_jobs)
        self._tokenizer = lru_cache(maxsize=TOKENIZERS)(self.loader.tokenizer)
        self.library = LocalLibrary(self.settings, self.catalog, self.store, self.dtype, self._try_row, self.allowance)
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)

    def of(self, visitor: str, told: Told | None = None) -> "LocalEngine":
        """The same engine, weights and queue included, for a visitor; while a request of `run` waits, `told` gets its
        place in the queue now and then, and 0 when it waits no longer."""
        one = copy.copy(self)
        one.told = told
        one.catalog = self.catalog.of(visitor)
        one.library = self.library.of(visitor)
        return one

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""
        spec, row = find_task(task), self.catalog.require(task, checkpoint)
        if not requests:
            return []
        with self._lease(row, spec) as model:
            started = self.runner.start(spec, model, requests, visitor=self.catalog.visitor)
            self.scheduler.wait(started.job, self.settings.request_seconds, self.told)
            results = self.runner.finish(spec, model, started)
        for result in results:
            if isinstance(result, PlaygroundError):
                raise result
        return cast(list[Result], results)

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        """Results in order; while one chunk runs the next is encoded. Errors stand in their request's place. Once
        `stopped` says so the rows that wait leave the queue."""
        spec, visitor = find_task(task), self.catalog.visitor
        row = self.catalog.require(task, checkpoint)
        with self.allowance.job(visitor), self._lease(row, spec) as model:
            queued: list[Pending] = []
            for chunk in chunks(requests, min(CHUNK, spec.chunk), spec.chunk_characters):
                queued.append(self.runner.start(spec, model, chunk, bulk=True, visitor=visitor))
                if len(queued) > 1:
                    if not self.scheduler.finish([one.job for one in queued], stopped):
                        return
                    yield from self.runner.finish(spec, model, queued.pop(0))
            if queued and self.scheduler.finish([queued[0].job], stopped):
                yield from self.runner.finish(spec, model, queued[0])

    def status(self) -> EngineStatus:
        """Memory and what is loaded; reads file headers, loads nothing."""
        loaded: Counter[str] = Counter()
        for key, size in self.store.loaded().items():
            loaded[key.checkpoint] += size
        rows = tuple(
            CheckpointStatus(
                row.id, self.loader.parameters(row), self.loader.layers(row), row.id in loaded, loaded[row.id]
            )
            for row in self.catalog
        )
        dtype, used = plain_name(self.dtype), self.store.used_bytes()
        return EngineStatus(str(self.device), dtype, used, self.store.budget_bytes, rows)

    def tokenize(self, checkpoint: str, text: str) -> Tokenized:
        """The text in the pieces of a checkpoint; loads no weights."""
        check_text(text, "text", self.settings.max_characters)
        return tokenize(checkpoint, text, *self._tokenizer(self.catalog[checkpoint]))

    def find_pieces(self, checkpoint: str, wanted: str) -> tuple[int, Sequence[tuple[str, int]]]:
        """How many pieces of its vocabulary contain `wanted`, and the first of them with their ids."""
        return find_pieces(self._tokenizer(self.catalog[checkpoint])[1], wanted)

    def unload(self, checkpoint: str) -> bool:
        """Gives back the memory of a checkpoint; false if it is in use or not loaded."""
        return checkpoint in {row.id for row in self.catalog} and self.store.unload(checkpoint)

    def load(self, checkpoint: str) -> None:
        """Loads a checkpoint ahead of its first request."""
        with self.lease(checkpoint):
            pass

    def lease(self, checkpoint: str) -> AbstractContextManager[LoadedModel]:
        """The loaded model itself, safe from eviction inside the block; for inspection and measurement."""
        return self._lease(self.catalog[checkpoint])

    def _lease(self, row: Checkpoint, spec: TaskSpec | None = None) -> AbstractContextManager[LoadedModel]:
        key = self._key(row, spec)
        expected = self.loader.parameters(row) * key.dtype.itemsize
        return self.store.lease(key, partial(self.loader.load, row=row), expected)

    def _try_row(self, row: Checkpoint) -> None:
        """Loads a checkpoint, which need not be in the catalogue yet, and asks it its first questions."""
        with self._lease(row) as model, trying(row):
            for task, request in questions(row.head):
                spec = find_task(task)
                (result,) = self.runner.finish(spec, model, self.runner.start(spec, model, [request]))
                check_answer(result)

    def _key(self, row: Checkpoint, spec: TaskSpec | None = None) -> ModelKey:
        """The model that a task runs on: in float32 where it takes gradients, which bfloat16 rounds away."""
        dtype = torch.float32 if spec and spec.gradients else self.dtype
        return ModelKey(row.id, row.revision, row.head, dtype, self.device)
