"""The loop on a bundled model: it learns, goes on as if never stopped, stops early, and may be closed at any step."""

from functools import partial
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import PreTrainedTokenizerBase

from core.checkpoints.catalog import load_catalog
from core.models.loader import Loader
from core.training.adapters import attach
from core.training.batches import Course, Tensors
from core.training.examples import Example, Sequences
from core.training.fit import Steps, Validation, fit
from core.training.objectives.classification import class_loss
from core.training.optimizer import Optimizer
from core.training.schedule import Schedule
from core.training.state import TrainingState

PRAISE = ["a warm and clever film", "I loved every minute", "what a lovely little story", "bright, funny and kind"]
BLAME = ["a dull and empty film", "I hated every minute", "what a tiresome little story", "slow, loud and cruel"]
STEPS = 8


def build(dropout: float = 0.1) -> PeftModel:
    torch.manual_seed(1)
    catalog = load_catalog()
    model = Loader(catalog).fresh(catalog["mini-bert"], "sequence-classification", ("negative", "positive"))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    return attach(model, rank=4, targets=r".*encoder\.layer\..*\.(query|value)", heads=("pooler", "classifier"))


def new_state(steps: int = STEPS, dropout: float = 0.1) -> TrainingState:
    return TrainingState(Optimizer(build(dropout), learning_rate=3e-3), Schedule(steps, warm_up=2, decay=0.5))


def new_course(tokenizer: PreTrainedTokenizerBase, batch_tokens: int) -> Course:
    rows = [(text, 1) for text in PRAISE] + [(text, 0) for text in BLAME]
    examples = [Example(tokenizer(text)["input_ids"], (), (label,)) for text, label in rows]
    return Course((), Sequences(examples), batch_tokens=batch_tokens, seed=3)


@pytest.fixture(scope="module")
def course(tokenizer: PreTrainedTokenizerBase) -> Course:
    return new_course(tokenizer, 40)


def steps_of(state: TrainingState, course: Course, **options: object) -> Steps:
    loss = partial(class_loss, state.optimizer.network.base_model.model)
    return fit(state, loss, course.batch, **options)


def weights_of(state: TrainingState) -> list[torch.Tensor]:
    return [weight.clone() for weight in state.optimizer.network.parameters()]


def equal(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(first, second) for first, second in zip(one, other, strict=True))


def test_a_step_says_all_there_is_to_show(course: Course):
    state = new_state(40)
    steps = list(steps_of(state, course, point_every=25))
    assert [step.step for step in steps] == list(range(1, 41))
    assert [step.learning_rate for step in steps[:4]] == pytest.approx([1.5e-3, 3e-3, 3e-3, 3e-3])
    tokens = [int(course.batch(step)["attention_mask"].sum()) for step in range(40)]
    assert steps[-1].tokens == state.tokens == sum(tokens)
    assert [step.step for step in steps if step.point] == [25, 40]
    last = sum(step.loss for step in steps[25:]) / 15
    assert steps[-1].point.loss == state.curve[-1].loss == pytest.approx(last, abs=1e-4)
    assert all(step.gradient_norm > 0 for step in steps)
    assert not state.optimizer.network.training


def test_it_learns_its_examples(tokenizer: PreTrainedTokenizerBase):
    steps = [step.loss for step in steps_of(new_state(50, dropout=0.0), new_course(tokenizer, 400))]
    assert steps[0] > 0.5 > 0.1 > steps[-1]


def test_products_may_be_those_of_a_shorter_format(course: Course):
    one, other = (
        [step.loss for step in steps_of(new_state(2, dropout=0.0), course, autocast=kind)]
        for kind in (None, torch.bfloat16)
    )
    assert one != other
    assert one == pytest.approx(other, rel=0.05)


def test_a_run_that_is_closed_and_resumed_has_the_losses_of_one_that_was_not(course: Course, tmp_path: Path):
    whole = new_state()
    losses = [step.loss for step in steps_of(whole, course, point_every=3)]
    first, parts = new_state(), []
    steps = steps_of(first, course, point_every=3)
    for step in steps:
        parts.append(step.loss)
        if step.step == 4:
            steps.close()
    first.write(tmp_path / "checkpoint.pt")
    torch.manual_seed(99)
    second = new_state()
    assert second.resume(tmp_path / "checkpoint.pt")
    parts += [step.loss for step in steps_of(second, course, point_every=3)]
    assert parts == losses  # dropout goes on where it was
    assert [(point.step, point.loss) for point in second.curve] == [(point.step, point.loss) for point in whole.curve]
    assert equal(weights_of(second), weights_of(whole))


def test_closed_in_the_middle_it_leaves_the_weights_of_the_last_step(course: Course):
    state = new_state()
    steps = steps_of(state, course)
    next(steps)
    next(steps)
    steps.close()
    assert (state.step, len(state.losses)) == (2, 2)
    assert not state.optimizer.network.training
    batch = course.batch(0)
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    one, other = (state.optimizer.network(**inputs).logits for _ in range(2))
    assert torch.equal(one, other)
    assert [step.step for step in steps_of(state, course)] == list(range(3, STEPS + 1))


def test_it_stops_early_and_keeps_the_best_weights(course: Course):
    state, seen = new_state(30), []
    scores = iter([0.5, 0.8, 0.7, 0.8, 0.6, 0.9])

    def score() -> dict[str, float]:
        assert not state.optimizer.network.training and not torch.is_grad_enabled()
        seen.append(weights_of(state))
        return {"accuracy": next(scores), "loss": 1.0}

    validation = Validation(score, keep="accuracy", patience=3)
    steps = list(steps_of(state, course, point_every=2, validation=validation))
    assert (len(steps), len(seen)) == (10, 5)
    assert steps[3].point.scores == {"accuracy": 0.8, "loss": 1.0}
    assert (state.best.step, state.best.score) == (4, 0.8)
    assert equal(weights_of(state), seen[1])
    assert not equal(seen[1], seen[-1])
    assert list(steps_of(state, course, point_every=2, validation=validation)) == []  # it has nothing left to do


def test_an_early_stop_is_remembered_by_the_checkpoint(course: Course, tmp_path: Path):
    state = new_state(30)
    validation = Validation(lambda: {"loss": float(state.step)}, keep="loss", patience=2, lower_is_better=True)
    for step in steps_of(state, course, point_every=1, validation=validation):
        state.write(tmp_path / "checkpoint.pt")
        if step.step == 1:
            best = weights_of(state)
    other = new_state(30)
    assert other.resume(tmp_path / "checkpoint.pt")
    assert other.step == 3
    assert list(steps_of(other, course, point_every=1, validation=validation)) == []
    assert equal(weights_of(other), best)


def test_parts_of_a_batch_teach_what_the_whole_does(course: Course):
    def halves(batch: Tensors):
        count = len(batch["labels"])
        for part in (slice(0, 1), slice(1, count)):
            rows = {name: tensor[part] for name, tensor in batch.items()}
            yield rows, len(rows["labels"]) / count

    norms = []
    for options in ({}, {"split": halves}):
        state = new_state(dropout=0.0)
        loss = partial(class_loss, state.optimizer.network.base_model.model)
        step = next(fit(state, loss, course.batch, **options))
        norms.append((step.loss, step.gradient_norm))
    assert norms[0] == pytest.approx(norms[1], rel=1e-3)
