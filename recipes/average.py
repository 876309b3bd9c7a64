"""The mean of several trainings of one recipe that share their first steps: a model soup (arxiv.org/abs/2203.05482)."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

WEIGHTS = "adapter_model.safetensors"
DOWN, UP = ".lora_A.weight", ".lora_B.weight"


def average(folders: Sequence[Path], out: Path) -> None:
    """Writes into `out`, an adapter's folder, the mean of the weights in `folders`; a folder given twice counts twice.

    Weights must have the same shapes. The two factors of LoRA are those of the mean of the products, as near to it as
    their rank allows: the mean of the factors would be the mean of other changes too, of one training's factor with
    another's.
    """
    parts = [{name: w.float() for name, w in load_file(folder / WEIGHTS).items()} for folder in folders]
    shapes = [{name: weight.shape for name, weight in part.items()} for part in parts]
    assert all(other == shapes[0] for other in shapes), "the adapters have different shapes"
    kept = load_file(folders[0] / WEIGHTS)
    mean = {name: sum(part[name] for part in parts) / len(parts) for name in kept}
    for down in (name for name in kept if name.endswith(DOWN)):
        up = down.removesuffix(DOWN) + UP
        mean[down], mean[up] = factors(sum(part[up] @ part[down] for part in parts) / len(parts), len(kept[down]))
    save_file({name: mean[name].to(kept[name].dtype).contiguous() for name in kept}, out / WEIGHTS, {"format": "pt"})


def factors(change: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The (rank, in) and (out, rank) factors whose product is nearest to `change` (out, in), both of one size."""
    left, values, right = torch.linalg.svd(change, full_matrices=False)
    root = values[:rank].sqrt()
    return root[:, None] * right[:rank], left[:, :rank] * root
