"""What safetensors files hold, from their headers, each checked by itself and against its file before a library opens
it; and which shards an index names. Format: https://huggingface.co/docs/safetensors#format"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from core.checkpoints.reading import HINT, Limits, check_plain, parse_json, read_json, shown
from core.errors import CapacityError, ModelLoadError, PlaygroundError

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
HEADER = Limits(4_000_000, 200_000, 4)
MOST_TENSORS = 20_000
MOST_SHARDS = 100
NEXT_SENTENCE = ("cls.seq_relationship.weight", "bert.pooler.dense.weight")  # BERT's head for the next sentence
BITS = {
    "F64": 64,
    "F32": 32,
    "F16": 16,
    "BF16": 16,
    "I64": 64,
    "I32": 32,
    "I16": 16,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
}


@dataclass(frozen=True)
class Tensor:
    """What a header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """How many it holds."""
        return math.prod(self.shape)


def weight_paths(folder: Path) -> list[Path]:
    """The safetensors files of a checkpoint: one, or the shards that its index names, all in this folder."""
    if (folder / WHOLE).exists():
        return [folder / WHOLE]
    index = read_json(folder / INDEX)
    table = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(table, dict) or not table or not all(isinstance(name, str) for name in table.values()):
        raise ModelLoadError(f"{INDEX} has no `weight_map` from tensors to files.", HINT)
    if not isinstance(index.get("metadata"), dict):
        raise ModelLoadError(f"{INDEX} has no `metadata`.", HINT)
    names = sorted(set(table.values()))
    for name in names:
        if not SHARD.fullmatch(name):
            message = f"{INDEX} names the file “{shown(name)}”; shards are called model-00001-of-00002.safetensors."
            raise ModelLoadError(message, HINT)
    if len(names) > MOST_SHARDS:
        raise CapacityError(f"The weights are in {len(names):,} files; up to {MOST_SHARDS} are read.", HINT)
    return [folder / name for name in names]


def holds(folder: Path, names: Iterable[str]) -> bool:
    """Whether the checkpoint in a folder has tensors of all these names; false if its files cannot be read."""
    try:
        there = {name for file in weight_paths(folder) for name in read_header(file)}
    except (OSError, PlaygroundError):
        return False
    return there.issuperset(names)


def read_header(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name; ModelLoadError or CapacityError names what is wrong with it."""
    size = check_plain(file)
    name = shown(file.name)
    with file.open("rb") as content:
        length = int.from_bytes(content.read(8), "little")
        if size < 10 or length + 8 > size:
            raise ModelLoadError(f"{name} is incomplete or not a safetensors file ({size:,} bytes).", HINT)
        if length > HEADER.size:
            message = f"The header of {name} has {length / 1e6:,.1f} MB; up to {HEADER.size / 1e6:,.0f} MB are read."
            raise CapacityError(message, "Choose another model.")
        header = parse_json(f"The header of {name}", content.read(length), HEADER)
    if not isinstance(header, dict):
        raise ModelLoadError(f"The header of {name} is not a JSON object.", HINT)
    header.pop("__metadata__", None)
    if len(header) > MOST_TENSORS:
        raise CapacityError(f"{name} contains {len(header):,} tensors; up to {MOST_TENSORS:,} are read.", HINT)
    if not header:
        raise ModelLoadError(f"{name} contains no tensors.", HINT)
    spans = sorted((*read_span(name, key, value), key) for key, value in header.items())
    end = 0
    for start, stop, key in spans:
        if start != end:
            raise damaged(name, key, "does not begin where the one before it ends")
        end = stop
    if end != size - 8 - length:
        message = f"{name} is incomplete: its tensors take {end:,} bytes, but it has {size - 8 - length:,}."
        raise ModelLoadError(message, HINT)
    return {key: Tensor(value["dtype"], tuple(value["shape"])) for key, value in header.items()}


def read_span(name: str, key: str, value: Any) -> tuple[int, int]:
    """Where the bytes of a tensor lie behind the header; ModelLoadError if its shape says otherwise."""
    if not isinstance(value, dict) or len(key) > 500:
        raise damaged(name, key, "is not described")
    dtype, shape, offsets = value.get("dtype"), value.get("shape"), value.get("data_offsets")
    if dtype not in BITS:
        raise damaged(name, key, f"is of the unsupported type {shown(dtype, 20)}")
    if not is_whole(shape) or len(shape) > 8 or 0 in shape:
        raise damaged(name, key, f"has the shape {shown(shape, 40)}")
    if not is_whole(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise damaged(name, key, f"lies at {shown(offsets, 40)}")
    needed = math.prod(shape) * BITS[dtype] // 8
    if offsets[1] - offsets[0] != needed:
        raise damaged(name, key, f"has the shape {shown(shape, 40)} but not its {needed:,} bytes")
    return offsets[0], offsets[1]


def is_whole(numbers: Any) -> TypeGuard[list[int]]:
    """Whether it is a list of whole numbers from 0 to what 48 bits can hold."""
    return isinstance(numbers, list) and all(type(n) is int and 0 <= n < 2**48 for n in numbers)


def damaged(name: str, key: str, what: str) -> ModelLoadError:
    """What is said of a tensor that cannot be as its header says."""
    return ModelLoadError(f"{name} is damaged: the tensor “{shown(key)}” {what}.", HINT)
