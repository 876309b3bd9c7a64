"""The mean of two adapters."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from recipes.average import DOWN, UP, WEIGHTS, average


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


def test_the_factors_are_those_of_the_mean_of_the_products(tmp_path: Path):
    torch.manual_seed(0)
    name, changes, folders = "layer", [], []
    direction, other = torch.randn(1, 6), torch.randn(4, 1)
    for n, size in enumerate((1.0, 3.0)):
        turn = torch.randn(2, 2) + 2 * torch.eye(2)  # the same change has many factors
        down = turn.inverse() @ torch.cat([size * direction, torch.randn(1, 6)])
        up = torch.cat([other, torch.zeros(4, 1)], 1) @ turn
        changes.append(up @ down)
        folders.append(write(tmp_path / str(n), {name + DOWN: down, name + UP: up}))
    average([folders[0], folders[1], folders[1]], folders[0])
    mean = load_file(folders[0] / WEIGHTS)
    assert mean[name + DOWN].shape == (2, 6)
    torch.testing.assert_close(mean[name + UP] @ mean[name + DOWN], (changes[0] + 2 * changes[1]) / 3)


def test_what_the_rank_cannot_hold_is_the_least(tmp_path: Path):
    strong = {"w" + DOWN: torch.tensor([[2.0, 0.0]]), "w" + UP: torch.tensor([[2.0], [0.0]])}
    weak = {"w" + DOWN: torch.tensor([[0.0, 1.0]]), "w" + UP: torch.tensor([[0.0], [1.0]])}
    folders = [write(tmp_path / "a", strong), write(tmp_path / "b", weak)]
    average(folders, folders[0])
    mean = load_file(folders[0] / WEIGHTS)
    torch.testing.assert_close(mean["w" + UP] @ mean["w" + DOWN], torch.tensor([[2.0, 0.0], [0.0, 0.0]]))
