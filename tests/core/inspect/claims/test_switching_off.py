"""Heads that are switched off, chosen on one half of the reviews and judged on the other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.inspect.claims.claim import Hearing
from core.inspect.claims.reviews import labelled_reviews
from core.inspect.claims.switching_off import SIZE, cheapest, rests, switch_off
from core.jobs import State
from core.tasks.ablation.schema import AblationRequest
from tests.fake_engine import FakeEngine

LAYERS, HEADS = 6, 12


class Planted(FakeEngine):
    """Head 1 of layer 2 is in the way; head 3 of layer 4 is the only one that is needed there."""

    def run(self, task: str, checkpoint: str, requests: Sequence[Any]) -> list[Any]:
        found = super().run(task, checkpoint, requests)
        return [self.planted(*pair) for pair in zip(requests, found, strict=True)] if task == "ablation" else found

    def planted(self, request: AblationRequest, result: Any) -> Any:
        falls = np.full((LAYERS, HEADS), 0.001, dtype=np.float32)
        falls[1, 0], falls[3, 2] = -0.02, 0.05
        bent = len(request.text) % 5 / 10_000
        after = 0.9 - sum(falls[layer - 1, head - 1] for layer, head in request.heads) - bent
        return replace(result, before=0.9, after=float(after), importance=falls if request.each else result.importance)


def test_planted_heads_are_found() -> None:
    engine, state = Planted(), State(SIZE)
    one_head, prunable, helps = switch_off(engine, "minilm-sentiment", Hearing(state))
    assert state.done == SIZE
    assert (one_head.n, helps.n) == (len(labelled_reviews()), 48)
    assert helps.verdict == "holds here"
    assert "rises by 1.9" in helps.here
    assert prunable.verdict == "does not hold here", "42 heads of 0.1 points each"
    assert one_head.verdict == "does not hold here", "eleven heads of 0.1 points each"
    assert "with all 72 heads" in one_head.here


def test_sets_of_heads() -> None:
    assert rests(1, 3) == [((2, 2), (2, 3)), ((2, 1), (2, 3)), ((2, 1), (2, 2))]
    assert cheapest(np.array([[0.3, 0.1], [0.0, 0.2]]), 2) == ((1, 2), (2, 1))
