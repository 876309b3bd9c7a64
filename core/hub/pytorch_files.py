"""PyTorch weight files become safetensors, once; read with `weights_only=True`, so that nothing in them runs."""

import pickle
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from core.errors import CapacityError, ModelLoadError, is_out_of_memory

SAFE = "model.safetensors"


def convert(folder: Path, id: str) -> None:
    """Replaces PyTorch weights in `folder` by one model.safetensors; ModelLoadError if there is more than tensors."""
    files = sorted(folder.glob("pytorch_model*.bin"))
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        tensors |= read_tensors(file, id)
    own = {name: tensor.clone().contiguous() for name, tensor in tensors.items()}  # safetensors knows no shared memory
    save_file(own, folder / "converting", {"format": "pt"})
    (folder / "converting").rename(folder / SAFE)
    for file in (*files, folder / "pytorch_model.bin.index.json"):
        file.unlink(missing_ok=True)


def read_tensors(file: Path, id: str) -> dict[str, torch.Tensor]:
    """The tensors of a PyTorch file by name."""
    hint = "Choose a model with a model.safetensors file."
    try:
        state: Any = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as e:
        wanted = re.search(r"(?:GLOBAL|global:?) [`']?([\w.]+)", str(e))
        what = f"asks for {wanted[1]}" if wanted else "contains more than tensors"
        raise ModelLoadError(
            f"The PyTorch file of “{id}” {what}, so it was refused: only tensors are read.", hint
        ) from e
    except Exception as e:  # whatever a damaged file makes of its reader
        if is_out_of_memory(e):
            raise CapacityError(f"There was not enough memory to read the PyTorch file of “{id}”.", hint) from e
        raise ModelLoadError(f"The PyTorch file of “{id}” is damaged.", "Download it again.") from e
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ModelLoadError(f"The PyTorch file of “{id}” is not a table of tensors.", hint)
    return state
