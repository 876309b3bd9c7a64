"""Fine-tuning on planted words: what learns, what stays, what is written, how it goes on."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from core.checkpoints.catalog import MODELS, Catalog, Checkpoint, load_catalog
from core.checkpoints.own import read_folder
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.models.loader import Loader
from core.training.finetune import DivergedError, FineTuning
from core.training.skills.labels import LabelSkill
from tests.families import save_tiny

PLAN = TrainingPlan("text-classification", "tiny", "full", learning_rate=5e-3, epochs=4, batch_tokens=128)
FILLERS = ("the", "a", "of", "in", "and", "to", "is")


def texts(count: int, seed: int) -> list[TrainingRow]:
    """A text is good if it has the word “city”."""
    rng = random.Random(seed)
    rows = []
    for n in range(count):
        words = rng.choices(FILLERS, k=5)
        words[rng.randrange(5)] = "city" if n % 2 else "river"
        rows.append(TrainingRow(n, (" ".join(words),), ("good" if n % 2 else "bad",)))
    return rows


def tagged(count: int, seed: int) -> list[TrainingRow]:
    """The word “city” is a place."""
    rows = texts(count, seed)
    words = [row.texts[0].split() for row in rows]
    return [
        TrainingRow(row.number, tuple(one), tuple("B-LOC" if word == "city" else "O" for word in one))
        for row, one in zip(rows, words, strict=True)
    ]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Checkpoint]:
    """The row of a tiny random encoder of an architecture."""
    made: dict[str, Checkpoint] = {}

    def make(model_type: str) -> Checkpoint:
        if model_type not in made:
            folder = save_tiny(model_type, "encoder", tmp_path_factory.mktemp(model_type))
            made[model_type] = replace(read_folder(folder, "tiny"), source="package")
            made[model_type] = replace(made[model_type], source="local")
        return made[model_type]

    return make


@pytest.fixture
def start(tiny: Callable[[str], Checkpoint]) -> Callable[..., FineTuning]:
    """A training of a tiny random encoder, or a bundled one: start(plan, architecture or id, rows)."""

    def begin(plan: TrainingPlan = PLAN, model_type: str = "bert", rows: Any = texts) -> FineTuning:
        row = load_catalog()[model_type] if model_type.startswith("mini") else tiny(model_type)
        return FineTuning(Loader(Catalog([row])), row, plan, rows(64, 1), rows(20, 2))

    return begin


def last(one: FineTuning) -> None:
    for _ in one.run():
        pass


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_planted_word_is_learned_and_plain_transformers_agrees(
    start: Callable[..., FineTuning], tmp_path: Path, method: str
) -> None:
    one = start(replace(PLAN, method=method, learning_rate=3e-3 if method == "lora" else 5e-4, epochs=4), "mini-bert")
    last(one)
    found = one.finish(tmp_path / "out")
    assert found.score == 1.0 > found.before
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    with torch.no_grad():
        best = [int(model(**tokenizer(row.texts[0], return_tensors="pt")).logits.argmax()) for row in one.dev_rows]
    assert [(model.config.id2label[n],) for n in best] == list(found.labels)
    assert (tmp_path / "out" / "adapter").is_dir() == (method == "lora")
    if method == "lora":
        agrees_as_adapter(tmp_path / "out" / "adapter", model, tokenizer(one.dev_rows[0].texts[0], return_tensors="pt"))


def agrees_as_adapter(folder: Path, whole: Any, inputs: Any) -> None:
    """Plain peft puts the adapter on the base that it began with, and gets what the whole model says."""
    config = AutoConfig.from_pretrained(folder)
    base = AutoModelForSequenceClassification.from_pretrained(MODELS / "mini-bert", config=config)
    adapted = PeftModel.from_pretrained(base, folder).eval()
    with torch.no_grad():
        torch.testing.assert_close(adapted(**inputs).logits, whole(**inputs).logits, atol=0.02, rtol=0.01)


def test_names_are_learned(start: Callable[..., FineTuning], tmp_path: Path) -> None:
    plan = replace(PLAN, task="token-classification", learning_rate=5e-4, watch=("in the city",))
    one = start(plan, "mini-bert", tagged)
    assert one.skill.classes == ("O", "B-LOC", "I-LOC")
    last(one)
    assert [watched.label for watched in one.watched()] == ["O O B-LOC"]
    assert one.finish(tmp_path / "out").score == 1.0
    assert AutoModelForTokenClassification.from_pretrained(tmp_path / "out").config.id2label[1] == "B-LOC"


@pytest.mark.parametrize("model_type", ["bert", "distilbert", "deberta-v2", "albert"])
def test_a_head_learns_alone(start: Callable[..., FineTuning], model_type: str) -> None:
    one = start(replace(PLAN, method="head", epochs=1), model_type)
    before = {name: weight.clone() for name, weight in one.model.named_parameters()}
    last(one)
    moved = {name for name, weight in one.model.named_parameters() if not torch.equal(weight, before[name])}
    assert moved
    assert all(one.above[name] == one.depth + 1 for name in moved)
    assert one.frozen_below(1) == one.depth + 1


def test_gradual_unfreezing_begins_with_the_head(start: Callable[..., FineTuning]) -> None:
    one = start(replace(PLAN, gradual=True, epochs=8))
    below = {name: weight.clone() for name, weight in one.model.named_parameters() if one.above[name] < 2}
    steps = one.run()
    next(steps)
    assert one.frozen_below(0) == one.depth + 1
    assert all(torch.equal(weight, below[name]) for name, weight in one.model.named_parameters() if name in below)
    for _ in steps:
        pass
    assert one.frozen_below(one.steps) == 0
    now = one.state.optimizer.adam.state
    assert all(weight in now for name, weight in one.model.named_parameters() if name in below), "all have moments"


def test_layer_wise_rates_reach_the_optimizer(start: Callable[..., FineTuning]) -> None:
    shares = {group["share"] for group in start(replace(PLAN, layer_decay=0.5)).state.optimizer.adam.param_groups}
    assert {1.0, 0.5, 0.25} <= shares


def test_the_loss_comes_before_the_first_score_which_is_that_of_the_first_weights(
    start: Callable[..., FineTuning], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.training.finetune.LOSS_FIRST_S", 0.0)
    plan = replace(PLAN, evaluations=2)
    early = start(plan)
    first = early.ask_before()
    last(early)
    late = start(plan)
    steps = late.run()
    next(steps)
    assert late.before() is None
    next(steps)
    told = late.before()
    assert told
    assert (told.before, told.labels) == (round(first.score, 4), ()), "its head is new"
    assert late.ask_before().answers == first.answers
    for _ in steps:
        pass
    for name, weight in early.model.named_parameters():
        torch.testing.assert_close(dict(late.model.named_parameters())[name], weight)


def test_it_goes_on_from_its_state_as_if_never_stopped(start: Callable[..., FineTuning], tmp_path: Path) -> None:
    whole = start()
    last(whole)
    first = start()
    steps = first.run()
    for _ in range(first.steps // 2):
        next(steps)
    first.state.write(tmp_path / "state.pt")
    steps.close()
    again = start()
    assert again.resume(tmp_path / "state.pt")
    last(again)
    for name, weight in whole.model.named_parameters():
        torch.testing.assert_close(dict(again.model.named_parameters())[name], weight)


def test_a_loss_that_explodes_is_told_and_the_best_weights_are_kept(
    start: Callable[..., FineTuning], tmp_path: Path
) -> None:
    one = start(replace(PLAN, epochs=4))
    steps = one.run()
    for step in steps:
        if step.point:
            break
    best = {name: weight.clone() for name, weight in one.state.best.weights.items()} if one.state.best else {}
    with torch.no_grad():
        one.model.classifier.weight.fill_(float("nan"))
    with pytest.raises(DivergedError, match="no longer a number"):
        for _ in steps:
            pass
    one.finish(tmp_path / "out")
    assert best
    for name, weight in best.items():
        assert torch.equal(dict(one.model.named_parameters())[name], weight)


def test_rare_classes_count_for_more(start: Callable[..., FineTuning]) -> None:
    one = start(replace(PLAN, class_weights=True), rows=lambda count, seed: texts(count, seed)[: count // 2 + 1])
    assert isinstance(one.skill, LabelSkill)
    assert one.skill.weights is not None
    assert one.skill.weights.tolist() == pytest.approx([33 / 34, 33 / 32])
