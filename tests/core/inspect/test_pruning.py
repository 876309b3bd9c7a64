"""Pruning on a network whose parts are known: one head and one layer are needed, the others do nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.explained_rows import ExplainedRow
from core.inspect.pruning import PruningCurve, part_changes, pruning_steps
from core.inspect.pruning_run import PruningRun
from core.jobs import State, Stopped
from core.provenance import Provenance, Timing
from core.tasks.ablation.schema import AblationRequest, AblationResult
from core.tasks.text_classification.schema import LabelScore, TextClassificationResult

COST = Provenance("one", "1", "float32", "cpu", 1, Timing(forward_ms=80.0))
LAYERS, HEADS = 2, 5
NEEDED = (2, 3)  # the head without which no answer is right
ROWS = tuple(ExplainedRow(n, f"text {n}", "", "YES" if n % 2 else "no") for n in range(1, 41))


class Network:
    """Is right while the head NEEDED and its layer are on."""

    def run(self, task: str, checkpoint: str, requests: Sequence[Any]) -> list[Any]:
        return [self.answer(request) for request in requests]

    def stream(self, task: str, checkpoint: str, requests: Sequence[Any], stopped: Any) -> Iterator[Any]:
        yield from self.run(task, checkpoint, requests)

    def answer(self, request: Any) -> Any:
        if not isinstance(request, AblationRequest):
            return TextClassificationResult("", (LabelScore("yes", 0.6), LabelScore("no", 0.4)), COST)
        right = NEEDED not in request.heads and NEEDED[0] not in request.layers
        shape = (LAYERS, HEADS if request.each == "heads" else 1) if request.each else (0, 0)
        falls = np.full(shape, 0.01, np.float32)
        if request.each:
            falls[NEEDED[0] - 1, NEEDED[1] - 1 if request.each == "heads" else 0] = 0.5
        after = 0.9 if right else 0.4
        return AblationResult(
            "", "", request.target.name, 0.9, after, 2, 1, request.each, falls, falls, COST, True, right, falls < 0.1
        )


def ran(rows: tuple[ExplainedRow, ...] = ROWS, engine: Any = None) -> tuple[Any, State]:
    work = PruningRun(("one",), rows)
    work.run(engine or Network(), None, state := State(work.total))
    return state.result[0], state


def test_the_head_and_the_layer_that_are_needed_are_found() -> None:
    found, state = ran()
    assert (found.score, found.error, found.majority) == (1.0, 0.0, 0.5)
    heads = part_changes(found.heads, found.right)
    assert [(one.layer, one.head) for one in heads if one.change] == [NEEDED]
    assert next(one for one in heads if one.change).change == -1
    assert [(one.layer, one.head, one.change) for one in part_changes(found.layers, found.right)] == [
        (1, 0, 0.0),
        (2, 0, -1.0),
    ]
    assert state.done == state.total == 80


def test_it_is_pruned_last() -> None:
    found, _ = ran()
    assert found.pruned_heads.off == tuple(range(11))
    assert found.pruned_heads.scores.tolist() == [1.0] * 10 + [0.0]
    assert found.pruned_heads.unnoticed == (9, 0.0)
    assert found.pruned_layers.scores.tolist() == [1.0, 1.0, 0.0]


def test_each_half_is_pruned_in_the_order_of_the_other() -> None:
    class Odd(Network):
        """The first half of the rows shows another head as the one that matters."""

        def answer(self, request: Any) -> Any:
            found = super().answer(request)
            if getattr(request, "each", None) == "heads" and int(request.text.split()[1]) % 2:
                found.importance[:] = found.importance[::-1, ::-1]
            return found

    found, _ = ran(engine=Odd())
    first = found.pruned_heads.right[::2]  # rows 1, 3, …, in the order of rows 2, 4, …, which name the right head
    assert first[:, :10].all()
    assert not found.pruned_heads.right[1::2, 9].any()


def test_a_fall_is_noticed_from_two_standard_errors_on() -> None:
    right = np.ones((100, 3), bool)
    right[:2, 1] = False  # a fall of 0.02 ± 0.014
    right[:20, 2] = False
    curve = PruningCurve((0, 1, 2), right)
    off, told = curve.unnoticed
    assert off == 1
    assert told == pytest.approx(2 * (0.02 * 0.98 / 99) ** 0.5)
    assert curve.errors[2] == pytest.approx((0.2 * 0.8 / 100) ** 0.5)
    assert pruning_steps(72) == (0, 7, 14, 22, 29, 36, 43, 50, 58, 65, 72)
    assert pruning_steps(4) == (0, 1, 2, 3, 4)


def test_rows_without_a_class_are_told() -> None:
    found, state = ran((*ROWS[:2], ExplainedRow(9, "text 9", "", "maybe"), ExplainedRow(10, " ", "", "yes")))
    assert (found.bad, state.bad, len(found.right)) == (2, 2, 2)
    assert found.first_bad == "Row 9: “maybe” is no class; the classes are yes, no."
    with pytest.raises(InputError, match="No row has a label that is a class"):
        ran((ExplainedRow(9, "text 9", "", "maybe"),))


def test_a_stop_keeps_what_single_parts_do() -> None:
    class StopsLater(Network):
        def stream(self, task: str, checkpoint: str, requests: Sequence[Any], stopped: Any) -> Iterator[Any]:
            for n, result in enumerate(super().stream(task, checkpoint, requests, stopped)):
                if n == 21:
                    state.stop.set()
                    return
                yield result

    engine: Any = StopsLater()
    work = PruningRun(("one",), ROWS)
    state = State(work.total)
    with pytest.raises(Stopped):
        work.run(engine, None, state)
    (found,) = state.result
    assert found.heads.right.shape == (10, LAYERS, HEADS)
    assert found.pruned_heads is None


def test_it_is_said_how_long_it_takes() -> None:
    engine: Any = Network()
    networks = 10 + 2 + 4 + 4 * (11 + 2)
    assert PruningRun(("one",), ROWS).seconds(engine) == pytest.approx(0.08 * 40 * networks / 12)
