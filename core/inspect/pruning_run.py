"""Pruning as a job: every row of a labelled file through networks without single parts, then without more and more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.files.evaluation import match_labels
from core.inspect.explained_rows import ExplainedRow
from core.inspect.pruning import (
    PartImportance,
    PartOrder,
    Pruning,
    PruningCurve,
    halves,
    pruning_steps,
)
from core.jobs import State, Stopped
from core.tasks.ablation.schema import AblationRequest, AblationResult, NetworkPart
from core.tasks.target import ExplainedTask, Target
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.text.phrases import listed, quoted

TASK: ExplainedTask = "text-classification"
KINDS: tuple[NetworkPart, ...] = ("heads", "layers")
SIZE = 1_000  # bytes that a row takes, about


@dataclass(frozen=True)
class LabelledRow:
    """A row whose label is the class `label`."""

    number: int
    request: AblationRequest
    label: str


@dataclass(frozen=True)
class PruningRun:
    """Measures what heads and layers do for the labels of these rows, for one checkpoint after the other."""

    checkpoints: tuple[str, ...]
    rows: tuple[ExplainedRow, ...]

    @property
    def total(self) -> int:
        """Each row counts twice for each checkpoint: without single parts, and without more and more of them."""
        return 2 * len(self.rows) * len(self.checkpoints)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """A Pruning for each checkpoint that has begun stands in `state.result`."""
        ended: tuple[Pruning, ...] = ()
        for checkpoint in self.checkpoints:
            for one in prune(engine, checkpoint, self.rows, state):
                state.result = (*ended, one)
                state.size = SIZE * len(self.rows) * (len(ended) + 1)
            ended = state.result

    def seconds(self, engine: Engine) -> float | None:
        """About how long it takes, at the speed at which each model reads a row without each single head; networks of
        a single request each take about twice as long."""
        found = 0.0
        for checkpoint in self.checkpoints:
            rows, _ = labelled(self.rows, classes_of(engine, checkpoint, self.rows))
            if not rows:
                return None
            (timed,) = ask(engine, checkpoint, [replace(rows[0].request, each="heads")])
            layers, heads = timed.importance.shape
            single, pruned = layers * heads + layers + 4, 4 * (len(pruning_steps(layers * heads)) + layers)
            words = sum(row.words for row in self.rows) / max(1, self.words_of(rows[0].number))
            spent = timed.provenance.timing.forward_ms / 1000
            found += words * spent * (single + pruned) / (layers * heads + 2)
        return found

    def words_of(self, number: int) -> int:
        """How many words a row has."""
        return next(row.words for row in self.rows if row.number == number)


def prune(engine: Engine, checkpoint: str, rows: Sequence[ExplainedRow], state: State) -> Iterator[Pruning]:
    """What is known of a checkpoint, more and more of it. InputError if no row has a label that is a class."""
    begun = state.done
    good, first_bad = labelled(rows, classes_of(engine, checkpoint, rows))
    bad = len(rows) - len(good)
    state.bad += bad
    if not good:
        raise InputError("No row has a label that is a class of the model.", first_bad)
    found = singles(engine, checkpoint, good, state)
    right = np.array([one.best_before for one, _ in found], bool)
    if not len(right):
        raise Stopped
    good = good[: len(right)]
    counts = np.unique([row.label for row in good], return_counts=True)[1]
    importance = {kind: importance_of([pair[n] for pair in found]) for n, kind in enumerate(KINDS)}
    one = Pruning(
        checkpoint,
        tuple(row.number for row in good),
        right,
        float(counts.max() / len(good)),
        importance["heads"],
        importance["layers"],
        bad=bad,
        first_bad=first_bad,
    )
    yield one
    if state.stop.is_set():
        raise Stopped
    state.done = begun + len(rows)
    curves = pruned(engine, checkpoint, good, one, state)
    if curves:
        yield replace(one, pruned_heads=curves[0], pruned_layers=curves[1])
    if state.stop.is_set():
        raise Stopped
    state.done = begun + 2 * len(rows)


def classes_of(engine: Engine, checkpoint: str, rows: Sequence[ExplainedRow]) -> tuple[str, ...]:
    """The classes of a checkpoint."""
    first = next((row for row in rows if row.text.strip()), None)
    if first is None:
        raise InputError("All texts are empty.", "Choose another column.")
    results = engine.run(TASK, checkpoint, [TextClassificationRequest(first.text, first.other)])
    return tuple(one.label for one in cast("list[TextClassificationResult]", results)[0].labels)


def labelled(rows: Sequence[ExplainedRow], classes: Sequence[str]) -> tuple[list[LabelledRow], str]:
    """The rows that have a text and a label that is a class, and why the first of the others is none of them."""
    known = match_labels([row.wanted for row in rows], classes)
    found, first_bad = [], ""
    for row in rows:
        if row.wanted in known and row.text.strip():
            label = known[row.wanted]
            request = AblationRequest(row.text, row.other, Target(TASK, label))
            found.append(LabelledRow(row.number, request, label))
        elif not first_bad:
            fault = f"{quoted(row.wanted)} is no class; the classes are {listed(classes)}"
            first_bad = f"Row {row.number:,}: {fault if row.text.strip() else 'the text is empty'}."
    return found, first_bad


def singles(
    engine: Engine, checkpoint: str, rows: Sequence[LabelledRow], state: State
) -> list[tuple[AblationResult, ...]]:
    """Of each row, in order, what its label does without each single part, a result for each of KINDS; fewer rows if
    the job was stopped."""
    requests = [replace(row.request, each=kind) for row in rows for kind in KINDS]
    found: list[tuple[AblationResult, ...]] = []
    begun, begun_row = state.done, []
    for result in stream(engine, checkpoint, requests, state):
        begun_row.append(result)
        if len(begun_row) == len(KINDS):
            found.append(tuple(begun_row))
            begun_row = []
            state.done = begun + len(found)
    return found


def importance_of(results: Sequence[AblationResult]) -> PartImportance:
    """The results of all rows as arrays."""
    right = np.array([one.best_without for one in results], bool)
    return PartImportance(right, np.array([one.importance for one in results], np.float32))


def pruned(
    engine: Engine, checkpoint: str, rows: Sequence[LabelledRow], one: Pruning, state: State
) -> tuple[PruningCurve, PruningCurve] | None:
    """Heads and then layers, the least important first; each half of the rows in the order that the other half gives.
    None if the job was stopped."""
    assert one.heads is not None
    assert one.layers is not None
    _, layers, heads = one.heads.right.shape
    steps = pruning_steps(layers * heads), pruning_steps(layers, layers)
    orders = [both_orders(part, len(rows)) for part in (one.heads, one.layers)]
    requests = []
    for n, row in enumerate(rows):
        head_order, layer_order = (order[n % 2] for order in orders)
        for off in steps[0][1:]:
            gone = tuple((part // heads + 1, part % heads + 1) for part in sorted(head_order[:off]))
            requests.append(replace(row.request, heads=gone))
        requests += [replace(row.request, layers=tuple(part + 1 for part in layer_order[:off])) for off in steps[1][1:]]
    each, begun = len(requests) // len(rows), state.done
    right: list[bool] = []
    for result in stream(engine, checkpoint, requests, state):
        right.append(bool(result.best_after))
        state.done = begun + len(right) // each
    if len(right) < len(requests):
        return None
    table = np.array(right, bool).reshape(len(rows), each)
    of_heads, of_layers = table[:, : len(steps[0]) - 1], table[:, len(steps[0]) - 1 :]
    return curve(steps[0], one.right, of_heads), curve(steps[1], one.right, of_layers)


def both_orders(part: PartImportance, count: int) -> tuple[PartOrder, PartOrder]:
    """The order for the first half of the rows, found on the second, and the other way round; of a single row its
    own."""
    second = halves(count)
    return (part.order(second if count > 1 else ~second), part.order(~second))


def curve(steps: tuple[int, ...], right: NDArray[np.bool_], after: NDArray[np.bool_]) -> PruningCurve:
    """The curve with the whole network before its first step."""
    return PruningCurve(steps, np.concatenate([right[:, None], after], 1))


def ask(engine: Engine, checkpoint: str, requests: Sequence[AblationRequest]) -> list[AblationResult]:
    """The results."""
    return cast("list[AblationResult]", engine.run("ablation", checkpoint, requests))


def stream(
    engine: Engine, checkpoint: str, requests: Sequence[AblationRequest], state: State
) -> Iterator[AblationResult]:
    """The results until the job is stopped; raises the first error."""
    for result in engine.stream("ablation", checkpoint, requests, state.stop.is_set):
        if isinstance(result, PlaygroundError):
            raise result
        yield cast(AblationResult, result)
