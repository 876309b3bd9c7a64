"""An adapter trained for a few steps: what it leaves, and from where a second call goes on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.training.batches import Course
from core.training.examples import Example, Sequences
from recipes.heads import HEADS
from recipes.recipe import Recipe
from recipes.train import train

[SENTIMENT] = [recipe for recipe in HEADS if recipe.name == "mini-bert-sentiment"]
TEXTS = {"a warm film": 1, "a dull film": 0, "bright and kind": 1, "slow and loud": 0}


def read(data: Path, tokenizer) -> Sequences:
    return Sequences([Example(tokenizer(text)["input_ids"], (), (label,)) for text, label in TEXTS.items()])


@pytest.fixture
def steps_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The steps whose batches were asked for."""
    steps: list[int] = []
    batch = Course.batch
    monkeypatch.setattr(Course, "batch", lambda self, step: steps.append(step) or batch(self, step))
    return steps


def trained(recipe: Recipe, folder: Path) -> tuple[dict[str, torch.Tensor], list[dict[str, float]]]:
    """The weights and the curve that it leaves."""
    train(recipe, data=folder, runs=folder / "runs", out=folder / "out")
    written = folder / "out" / recipe.name
    return load_file(written / "adapter_model.safetensors"), json.loads((written / "curve.json").read_text())


def test_it_leaves_adapter_curve_and_what_is_left_to_do(tmp_path: Path):
    done = []
    recipe = replace(SENTIMENT, examples=read, steps=4, batch_tokens=24, finish=lambda *folders: done.append(folders))
    weights, curve = trained(recipe, tmp_path)
    assert all(weight.dtype == torch.float16 for weight in weights.values())
    assert any(weight.any() for name, weight in weights.items() if "lora_B" in name)  # zero where nothing was learned
    assert [(point["step"], point["tokens"] > 0) for point in curve] == [(4, True)]
    assert done == [(tmp_path / "out" / recipe.name, tmp_path)]
    config = json.loads((tmp_path / "out" / recipe.name / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "mini-bert"


def test_more_steps_go_on_from_before_the_decay(tmp_path: Path, steps_read: list[int]):
    recipe = replace(SENTIMENT, examples=read, steps=5, batch_tokens=24)
    first, _ = trained(recipe, tmp_path)
    steps_read.clear()
    again, _ = trained(recipe, tmp_path)
    assert steps_read == []  # nothing was left to do
    assert all(torch.equal(first[name], again[name]) for name in first)
    longer = replace(recipe, steps=8)
    grown, _ = trained(longer, tmp_path)
    assert steps_read == [3, 4, 5, 6, 7]
    whole, _ = trained(longer, tmp_path / "other")
    assert all(torch.equal(grown[name], whole[name]) for name in grown)
