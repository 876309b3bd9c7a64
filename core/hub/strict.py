"""The strict reading of a stranger's checkpoint before transformers sees it, the same for uploads, folders and the Hub.

Everything is bounded by sizes and counts rather than watched by a clock or shut into a process of its own: a child that
imports torch costs more time and memory than nearly every archive that it would guard against.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from core.checkpoints.catalog import Head
from core.checkpoints.reading import HINT, shown
from core.checkpoints.tensors import Tensor, read_header, weight_paths
from core.errors import ModelLoadError
from core.hub.configuration import read_config
from core.hub.tokenizer_files import check_tokenizer
from core.models.architecture import auto_class, settle

FLOATS = ("F64", "F32", "F16", "BF16")
OLD_NAMES = {"gamma": "weight", "beta": "bias"}  # of LayerNorm, in checkpoints that came from TensorFlow
LEAST_SHARE = 0.9  # of the encoder's numbers that the files must hold, so that little is made up


def check(folder: Path, id: str, head: Head, *, next_sentence: bool = False) -> int:
    """How many numbers the model of a folder has; ModelLoadError or CapacityError says what is wrong with its files."""
    stamp = tuple(sorted((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in folder.iterdir()))
    return _check(folder, id, head, next_sentence, stamp)


@lru_cache(maxsize=64)
def _check(folder: Path, id: str, head: Head, both: bool, stamp: tuple[tuple[str, int, int], ...]) -> int:
    config = read_config(folder, id)
    check_tokenizer(folder)
    tensors: dict[str, Tensor] = {}
    for file in weight_paths(folder):
        tensors |= read_header(file)
    model = outline(config, head, next_sentence=both)
    compare(id, model, tensors)
    return sum(parameter.numel() for parameter in model.parameters())


def outline(config: PreTrainedConfig, head: Head, *, next_sentence: bool = False) -> PreTrainedModel:
    """The architecture without memory for its weights; ModelLoadError if the configuration describes none."""
    try:
        with torch.device("meta"):
            whole = auto_class(head, next_sentence=next_sentence)
            model: PreTrainedModel = whole.from_config(settle(config))
    except Exception as e:  # whatever an architecture makes of sizes that do not go together
        raise ModelLoadError(
            f"The configuration describes a model that cannot be built ({shown(e, 120)}).", HINT
        ) from e
    return model


def compare(id: str, model: PreTrainedModel, tensors: Mapping[str, Tensor]) -> None:
    """ModelLoadError if the files do not fit the architecture: other shapes, or too little of the encoder."""
    start = model.base_model_prefix + "."
    expected = {name.removeprefix(start): parameter for name, parameter in model.named_parameters()}
    for name, tensor in tensors.items():
        parent, _, last = name.removeprefix(start).rpartition(".")
        parameter = expected.get(f"{parent}.{OLD_NAMES.get(last, last)}")
        if parameter is None:
            continue
        if tensor.dtype not in FLOATS:
            raise ModelLoadError(f"The weights “{shown(name)}” are of the type {tensor.dtype}, not numbers.", HINT)
        if tensor.shape != tuple(parameter.shape):
            got, wanted = list(tensor.shape), list(parameter.shape)
            message = f"The weights “{shown(name)}” have the shape {got}; the configuration asks for {wanted}."
            raise ModelLoadError(message, HINT)
    needed = sum(one.numel() for name, one in encoder(model).named_parameters() if "pooler" not in name)
    there = sum(tensor.numbers for tensor in tensors.values())
    if there < LEAST_SHARE * needed:
        message = (
            f"The files of “{shown(id)}” contain {there:,} numbers; the encoder in its configuration has {needed:,}."
        )
        raise ModelLoadError(message, HINT)


def encoder(model: PreTrainedModel) -> nn.Module:
    """The model without its head."""
    return model.base_model
