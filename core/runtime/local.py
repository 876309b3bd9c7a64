"""The engine in this process: encodes, queues, decodes and remembers; tasks only think."""

import copy
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
import torch

from core.checkpoints.cards import DevScore, card_file, read_scores, read_text
from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.checkpoints.known import Facts, KnownCheckpoint
from core.engine import CheckpointStatus, EngineStatus
from core.errors import ModelLoadError, PlaygroundError
from core.hub.facts import read_facts
from core.hub.library import LocalNewcomers
from core.hub.trial import check_answer, questions, trying
from core.jobs import JobStore, OwnJobs
from core.models.loader import Loader
from core.models.model import LoadedModel, ModelKey
from core.models.pieces import find_pieces, tokenize
from core.models.precision import resolve_device, resolve_dtype
from core.models.store import ModelStore
from core.provenance import Provenance, Request, Result, Timing, Told
from core.runtime.allowance import Allowance
from core.runtime.batch import Answered, Batch, Encoded, InputRow
from core.runtime.cache import ResultCache
from core.runtime.scheduler import Scheduler, Submission
from core.runtime.telemetry import Telemetry, log_to_stderr
from core.settings import Settings, load_settings
from core.tasks import find_task
from core.tasks.spec import TaskSpec, check_text
from core.text.pieces import Tokenized

TOKENIZERS = 16  # that are kept without their models
CHUNK = 512  # requests that `stream` holds in memory at a time; fewer where a task gives large results


@dataclass(frozen=True)
class Pending:
    """A chunk on its way: per request its encoding or the error that stands in its place, and the job of the rows."""

    requests: Sequence[Request | PlaygroundError]
    encoded: Sequence[Encoded | PlaygroundError]
    tokenize_ms: float
    job: Submission


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
        self.told: Told | None = None
        self.telemetry = Telemetry(self.store, self.scheduler)
        if self.settings.log == "requests":
            log_to_stderr()
        self.allowance = Allowance(self.settings.visitor_jobs)
        self.job_store = JobStore(self.settings.job_hours * 3600, self.settings.jobs_mb * 1_000_000)
        self.cache = ResultCache(self.settings.cache_mb * 1_000_000)
        self._tokenizer = lru_cache(maxsize=TOKENIZERS)(self.loader.tokenizer)
        self.newcomers = LocalNewcomers(
            self.settings, self.catalog, self.store, self.dtype, self._try_row, self.allowance
        )
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)

    def of(self, visitor: str, told: Told | None = None) -> "LocalEngine":
        """The same engine, weights, queue and cache included, for a visitor; `told` gets the place in the queue."""
        one = copy.copy(self)
        one.told = told
        one.catalog = self.catalog.of(visitor)
        one.newcomers = self.newcomers.of(visitor)
        return one

    @property
    def jobs(self) -> OwnJobs:
        """The jobs of this process, started for this visitor; no page hears of what waits in their queue."""
        visitor = self.catalog.visitor
        return OwnJobs(self.job_store, self.of(visitor), visitor)

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError. Repeats hit the cache."""
        spec = find_task(task)
        with self.telemetry.call(task, lambda: self._loggable(checkpoint), len(requests)) as seen:
            key = self._key(self.catalog.require(task, checkpoint), spec)
            known = [self.cache.get((key, task, request)) for request in requests]
            missing = [request for request, result in zip(requests, known, strict=True) if result is None]
            fresh = iter(self._run_uncached(spec, key, missing))
            results = [next(fresh) if result is None else as_cached(result) for result in known]
            seen.add(results)
            return results

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        """Results in order; while one chunk runs the next is encoded. Errors stand in their request's place. Once
        `stopped` says so the rows that wait leave the queue."""
        spec = find_task(task)
        with self.telemetry.call(task, lambda: self._loggable(checkpoint), 1, bulk=True) as seen:
            for result in self._stream(spec, checkpoint, requests, stopped):
                seen.add([result])
                yield result

    def _stream(
        self,
        spec: TaskSpec,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None,
    ) -> Iterator[Result | PlaygroundError]:
        row = self.catalog.require(spec.name, checkpoint)
        with self.allowance.job(self.catalog.visitor), self._lease(row, spec) as model:
            queued: list[Pending] = []
            for chunk in chunks(requests, min(CHUNK, spec.chunk), spec.chunk_characters):
                queued.append(self._start(spec, model, chunk, bulk=True))
                if len(queued) > 1:
                    if not self.scheduler.finish([one.job for one in queued], stopped):
                        return
                    yield from self._finish(spec, model, queued.pop(0))
            if queued and self.scheduler.finish([queued[0].job], stopped):
                yield from self._finish(spec, model, queued[0])

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

    def metrics(self) -> str:
        """What it has done, as Prometheus reads it."""
        return self.telemetry.text()

    def card(self, checkpoint: str) -> str:
        """The README.md beside the weights, without its front matter."""
        file = self.loader.folder(self.catalog[checkpoint]) / "README.md"
        if not file.is_file():
            raise ModelLoadError(f"“{checkpoint}” has no model card.", "Restore README.md beside its weights.")
        return read_text(file)

    def scores(self, checkpoint: str) -> tuple[DevScore, ...]:
        """The dev scores in the front matter of its card."""
        return read_scores(card_file(self.catalog[checkpoint]))

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

    def facts(self, known: KnownCheckpoint) -> Facts:
        """What the configuration of a checkpoint of the Hub says; builds the architecture without its weights."""
        return read_facts(known)

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
                (result,) = self._finish(spec, model, self._start(spec, model, [request], bulk=False))
                check_answer(result)

    def _run_uncached(self, spec: TaskSpec, key: ModelKey, requests: Sequence[Request]) -> list[Result]:
        if not requests:
            return []
        with self._lease(self.catalog[key.checkpoint], spec) as model:
            started = self._start(spec, model, requests, bulk=False)
            self.scheduler.wait(started.job, self.settings.request_seconds, self.told)
            finished = self._finish(spec, model, started)
        results = []
        for request, result in zip(requests, finished, strict=True):
            if isinstance(result, PlaygroundError):
                raise result
            self.cache.put((key, spec.name, request), result)
            results.append(result)
        return results

    def _loggable(self, checkpoint: str) -> str:
        """What a log may say of a checkpoint: nothing of what a visitor brought, or only typed."""
        row = next((row for row in self.catalog if row.id == checkpoint), None)
        return "unknown" if row is None else "private" if row.owner else row.id

    def _key(self, row: Checkpoint, spec: TaskSpec | None = None) -> ModelKey:
        """The model that a task runs on: in float32 where it takes gradients, which bfloat16 rounds away."""
        dtype = torch.float32 if spec and spec.gradients else self.dtype
        return ModelKey(row.id, row.revision, row.head, dtype, self.device)

    def _start(
        self, spec: TaskSpec, model: LoadedModel, requests: Sequence[Request | PlaygroundError], *, bulk: bool
    ) -> Pending:
        began = time.perf_counter()
        encoded = [self._encode(spec, model, request) for request in requests]
        rows = [
            row
            for request, one in zip(requests, encoded, strict=True)
            if isinstance(one, Encoded)
            for row in one.rows(request)
        ]
        tokenize_ms = (time.perf_counter() - began) * 1000
        job = self.scheduler.submit(
            (model.key, spec.name),
            rows,
            forward_function(spec, model),
            bulk=bulk,
            visitor=self.catalog.visitor,
            requests=len(requests),
        )
        return Pending(requests, encoded, tokenize_ms, job)

    def _encode(
        self, spec: TaskSpec, model: LoadedModel, request: Request | PlaygroundError
    ) -> Encoded | PlaygroundError:
        if isinstance(request, PlaygroundError):
            return request
        assert isinstance(request, spec.request), f"{type(request).__name__} is not a request for {spec.name}"
        try:
            for field in spec.fields:
                text = getattr(request, field.name)
                if not field.several and (text or not field.optional):
                    check_text(text, field.name, self.settings.max_characters)
            encoded: Encoded = spec.run.encode(request, model)
            return encoded
        except PlaygroundError as e:
            return e

    def _finish(self, spec: TaskSpec, model: LoadedModel, pending: Pending) -> list[Result | PlaygroundError]:
        outputs = iter(pending.job.result())
        share = max(1, sum(isinstance(e, Encoded) for e in pending.encoded))
        timing = Timing(pending.job.queue_ms, pending.tokenize_ms / share, pending.job.forward_ms / share)
        results: list[Result | PlaygroundError] = []
        for request, encoded in zip(pending.requests, pending.encoded, strict=True):
            if isinstance(encoded, PlaygroundError):
                results.append(encoded)
            else:
                own = [next(outputs) for _ in encoded.encodings]
                results.append(self._decode(spec, model, request, encoded, own, timing))
        return results

    def _decode(
        self,
        spec: TaskSpec,
        model: LoadedModel,
        request: Any,
        encoded: Encoded,
        outputs: Sequence[Any],
        timing: Timing,
    ) -> Result:
        began = time.perf_counter()
        tokens = sum(len(encoding) for encoding in encoded.encodings)
        key = model.key
        provenance = Provenance(
            key.checkpoint, key.revision, plain_name(key.dtype), str(key.device), tokens, timing, encoded.unread
        )
        result = spec.run.decode(Answered(request, encoded, outputs, model, provenance))
        timing = replace(timing, decode_ms=(time.perf_counter() - began) * 1000)
        make_read_only(result)
        finished: Result = replace(result, provenance=replace(provenance, timing=timing))
        return finished


def forward_function(spec: TaskSpec, model: LoadedModel) -> Callable[[Sequence[InputRow]], Sequence[Any]]:
    """What the scheduler runs: pads rows to one batch and sends it through the task's forward step."""

    def forward(rows: Sequence[InputRow]) -> Sequence[Any]:
        with torch.inference_mode(not spec.gradients):
            outputs: Sequence[Any] = spec.run.forward(model, pad(rows, model))
            return outputs

    return forward


def pad(rows: Sequence[InputRow], model: LoadedModel) -> Batch:
    """Rows as tensors of the longest one's length, on the model's device."""
    longest = max(len(row.encoding) for row in rows)

    def stack(name: str, filler: int) -> torch.Tensor:
        values = (list(getattr(row.encoding, name)) for row in rows)
        return torch.tensor([v + [filler] * (longest - len(v)) for v in values], device=model.key.device)

    ids = stack("ids", model.tokenizer.pad_id)
    lengths = torch.tensor([len(row.encoding) for row in rows], device=model.key.device)
    mask = (torch.arange(longest, device=model.key.device) < lengths[:, None]).long()  # (rows, tokens)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if model.tokenizer.uses_type_ids:
        inputs["token_type_ids"] = stack("type_ids", 0)
    return Batch(rows, inputs)


def chunks(
    requests: Iterable[Request | PlaygroundError], most: int, characters_at_a_time: int
) -> Iterator[list[Request | PlaygroundError]]:
    """The requests in lists of at most `most`, shorter ones where the texts are long."""
    chunk: list[Request | PlaygroundError] = []
    characters = 0
    for request in requests:
        chunk.append(request)
        characters += sum(len(value) for value in vars(request).values() if isinstance(value, str))
        if len(chunk) == most or characters > characters_at_a_time:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def plain_name(dtype: torch.dtype) -> str:
    """The number format without the library's name before it: “bfloat16”."""
    return str(dtype).removeprefix("torch.")


def make_read_only(result: Result) -> None:
    """Locks the result's arrays, which all who ask the same share through the cache."""
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def as_cached(result: Result) -> Result:
    """The result marked as cached, its timing that of the first run."""
    cached: Result = replace(cast(Any, result), provenance=replace(result.provenance, cached=True))
    return cached
