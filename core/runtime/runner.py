"""Requests on their way: encoded, queued as rows, and what came out of the model decoded."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from core.errors import PlaygroundError
from core.models.model import LoadedModel
from core.provenance import Provenance, Request, Result, Timing
from core.runtime.batch import Answered, Batch, Encoded, InputRow
from core.runtime.scheduler import Scheduler, Submission
from core.tasks.spec import TaskSpec, check_text


@dataclass(frozen=True)
class Pending:
    """A chunk on its way: per request its encoding or the error that stands in its place, and the job of the rows."""

    requests: Sequence[Request | PlaygroundError]
    encoded: Sequence[Encoded | PlaygroundError]
    tokenize_ms: float
    job: Submission


class Runner:
    """Takes requests of a task to a loaded model and back."""

    def __init__(self, scheduler: Scheduler, max_characters: int) -> None:
        self.scheduler, self.max_characters = scheduler, max_characters

    def start(
        self,
        spec: TaskSpec,
        model: LoadedModel,
        requests: Sequence[Request | PlaygroundError],
        *,
        bulk: bool = False,
        visitor: str = "",
    ) -> Pending:
        """Encodes the requests and queues their rows."""
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
            visitor=visitor,
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
                    check_text(text, field.name, self.max_characters)
            encoded: Encoded = spec.run.encode(request, model)
            return encoded
        except PlaygroundError as e:
            return e

    def finish(self, spec: TaskSpec, model: LoadedModel, pending: Pending) -> list[Result | PlaygroundError]:
        """The results once their rows have been through the model; an error stands in its request's place."""
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
