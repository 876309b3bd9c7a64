"""The training loop: where a training starts from."""

from dataclasses import replace

import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

from core.catalog import MODELS
from recipes.loop import attach
from recipes.qa import RECIPE


def test_a_training_can_start_from_the_matrices_of_another_adapter():
    weights = get_peft_model_state_dict(attach(replace(RECIPE, start="minilm-fill-mask")))
    other = load_file(MODELS / "minilm-fill-mask" / "adapter_model.safetensors")
    matrices = [name for name in weights if ".lora_" in name]
    assert len(matrices) == 72  # two each of six products of six layers
    assert all(torch.equal(weights[name], other[name].float()) for name in matrices)


def test_without_a_start_the_adapter_changes_nothing_at_first():
    weights = get_peft_model_state_dict(attach(replace(RECIPE, start="")))
    assert all(not weight.any() for name, weight in weights.items() if ".lora_B." in name)
