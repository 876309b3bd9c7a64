"""Weights in files of a bounded size: a matrix that is larger lies in several of them, as blocks of rows.

transformers joins files but not blocks; `load_blocks` does. Nothing of the project is needed here, so that a card can
name this file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedModel

BLOCK = ".rows."  # between the name of a matrix and the number of a block
INDEX = "model.safetensors.index.json"  # as transformers names it


def write_blocks(weights: Mapping[str, Tensor], folder: Path, *, most_bytes: int) -> list[Path]:
    """The files written into `folder`, each under `most_bytes` of weights, beside an index of them."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, Tensor]] = [{}]
    for name, block in split(weights, most_bytes):
        if sum(other.nbytes for other in files[-1].values()) + block.nbytes > most_bytes:
            files.append({})
        files[-1][name] = block.clone()
    paths = [folder / f"model-{n:05}-of-{len(files):05}.safetensors" for n in range(1, len(files) + 1)]
    for path, blocks in zip(paths, files, strict=True):
        save_file(blocks, path, metadata={"format": "pt"})
    places = {name: path.name for path, blocks in zip(paths, files, strict=True) for name in blocks}
    size = sum(weight.nbytes for weight in weights.values())
    (folder / INDEX).write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": places}, indent=2) + "\n")
    return paths


def split(weights: Mapping[str, Tensor], most_bytes: int) -> Iterator[tuple[str, Tensor]]:
    """Each weight by its name or, where it is too large, in blocks of rows."""
    for name, weight in weights.items():
        if weight.nbytes <= most_bytes:
            yield name, weight
            continue
        rows = max(1, most_bytes * len(weight) // weight.nbytes)
        yield from ((f"{name}{BLOCK}{n}", block) for n, block in enumerate(weight.split(rows)))


def has_blocks(folder: Path) -> bool:
    """Whether a matrix of the folder's weights lies in blocks."""
    index = folder / INDEX
    return index.exists() and any(BLOCK in name for name in json.loads(index.read_text())["weight_map"])


def read_blocks(folder: Path) -> dict[str, Tensor]:
    """The weights of the folder, their blocks joined."""
    places = json.loads((folder / INDEX).read_text())["weight_map"]
    found = {n: w for file in sorted(set(places.values())) for n, w in load_file(folder / file).items()}
    blocks: dict[str, dict[int, Tensor]] = {}
    for name, weight in found.items():
        whole, _, number = name.partition(BLOCK)
        blocks.setdefault(whole, {})[int(number or 0)] = weight
    return {name: torch.cat([w for _, w in sorted(b.items())]) if len(b) > 1 else b[0] for name, b in blocks.items()}


def load_blocks(model: PreTrainedModel, folder: Path) -> set[str]:
    """Puts the weights of the folder into the model; the names of those that it did not have, tied ones aside.

    The encoder may have another name there (“bert.encoder…” for “electra.encoder…”).
    """
    own = rf"{model.base_model_prefix}.\1"
    weights = {re.sub(r"^\w+\.((?:embeddings|encoder)\.)", own, name): w for name, w in read_blocks(folder).items()}
    missing = model.load_state_dict(weights, strict=False).missing_keys
    known = {id(weight) for name, weight in model.named_parameters(remove_duplicate=False) if name not in missing}
    every = dict(model.named_parameters(remove_duplicate=False))
    return {name for name in missing if id(every.get(name)) not in known}
