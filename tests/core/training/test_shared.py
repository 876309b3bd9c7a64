"""Several tasks over one encoder: which comes up when, and what is shared."""

from dataclasses import replace

import numpy as np
import pytest

from core.checkpoints.catalog import load_catalog
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.models.loader import Loader
from core.training.finetune import FineTuning
from core.training.shared import SharedTraining

PLAN = TrainingPlan("text-classification", "mini-bert", "full", epochs=1, batch_tokens=64)


def alone(count: int) -> FineTuning:
    rows = [TrainingRow(n, (f"row number {n}",), ("ab"[n % 2],)) for n in range(count)]
    catalog = load_catalog()
    return FineTuning(Loader(catalog), catalog["mini-bert"], replace(PLAN), rows, rows[:4])


@pytest.fixture(scope="module")
def shared() -> SharedTraining:
    return SharedTraining({"small": alone(40), "large": alone(400)}, temperature=1.0)


def test_tasks_come_up_by_size_or_by_temperature(shared: SharedTraining) -> None:
    small, large = (one.steps for one in shared.parts)
    assert shared.steps == small + large
    assert np.mean(shared.turns == 0) == pytest.approx(small / (small + large), abs=0.1)
    parts = dict(zip(shared.names, shared.parts, strict=True))
    assert np.mean(SharedTraining(parts, temperature=100.0).turns == 0) == pytest.approx(0.5, abs=0.15)


def test_one_encoder_and_two_heads_learn(shared: SharedTraining) -> None:
    first, second = (one.model for one in shared.parts)
    assert first.base_model.embeddings is second.base_model.embeddings
    assert first.classifier is not second.classifier
    weights = sum(weight.numel() for weight in first.parameters())
    assert sum(weight.numel() for weight in shared.state.optimizer.weights.values()) < 1.1 * weights


def test_a_batch_is_a_pure_function_of_its_step(shared: SharedTraining) -> None:
    one, again = shared.batch(5), shared.batch(5)
    assert all(one[name].equal(again[name]) for name in one)
    assert int(one["task"]) == shared.turns[5]
    before = shared.parts[int(one["task"])].model.base_model.embeddings.word_embeddings.weight.clone()
    next(shared.run())
    assert not before.equal(shared.parts[0].model.base_model.embeddings.word_embeddings.weight)
