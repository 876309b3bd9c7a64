"""The mean of several trainings of one recipe that share their first steps: a model soup (arxiv.org/abs/2203.05482)."""

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file, save_file

WEIGHTS = "adapter_model.safetensors"


def average(folders: Sequence[Path], out: Path) -> None:
    """Writes into `out`, an adapter's folder, the mean of the weights in `folders`; matrices must have the same shapes.

    The mean of LoRA factors is not the mean of their products, but close where the trainings have a start in common.
    """
    parts = [load_file(folder / WEIGHTS) for folder in folders]
    shapes = [{name: weight.shape for name, weight in part.items()} for part in parts]
    assert all(other == shapes[0] for other in shapes), "the adapters have different shapes"
    mean = {name: sum(part[name].float() for part in parts) / len(parts) for name in shapes[0]}
    save_file(
        {name: w.to(parts[0][name].dtype).contiguous() for name, w in mean.items()}, out / WEIGHTS, {"format": "pt"}
    )
