"""The mean of two adapters."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from recipes.average import WEIGHTS, average


def write(folder: Path, weights: dict[str, torch.Tensor]) -> Path:
    folder.mkdir()
    save_file(weights, folder / WEIGHTS)
    return folder


def test_every_weight_is_the_mean_in_the_format_it_had(tmp_path: Path):
    first = write(tmp_path / "a", {"up": torch.tensor([1.0, 2.0]).half(), "down": torch.ones(2, 2).half()})
    second = write(tmp_path / "b", {"up": torch.tensor([3.0, 4.0]).half(), "down": torch.zeros(2, 2).half()})
    average([first, second], first)
    mean = load_file(first / WEIGHTS)
    assert mean["up"].tolist() == [2.0, 3.0]
    assert mean["down"].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert mean["up"].dtype == torch.float16


def test_other_shapes_are_not_mixed(tmp_path: Path):
    first = write(tmp_path / "a", {"up": torch.ones(2)})
    second = write(tmp_path / "b", {"up": torch.ones(1)})
    with pytest.raises(AssertionError, match="different shapes"):
        average([first, second], first)
