"""JSON of strangers, read within limits that are checked before anything is built of it."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from core.errors import CapacityError, ModelLoadError

HINT = "Use the files as save_pretrained wrote them, or choose another model."


@dataclass(frozen=True)
class Limits:
    """The most that a file may hold: bytes, values in all, and levels of nesting."""

    size: int
    values: int
    depth: int = 50


CONFIGURATION = Limits(1_000_000, 100_000)  # ten thousand labels, twice
TOKENIZER = Limits(20_000_000, 1_500_000)  # vocabularies of a hundred languages take 17 MB
SMALL = Limits(1_000_000, 100_000)
LARGEST_CARD = 1_000_000  # bytes
LARGEST_VOCABULARY = 20_000_000  # bytes of vocab.txt, merges.txt or a SentencePiece model

OF_FILE = {
    "config.json": CONFIGURATION,
    "tokenizer.json": TOKENIZER,
    "vocab.json": TOKENIZER,
    "tokenizer_config.json": SMALL,
    "special_tokens_map.json": SMALL,
    "added_tokens.json": SMALL,
    "modules.json": SMALL,
    "model.safetensors.index.json": Limits(4_000_000, 100_000),
    "pytorch_model.bin.index.json": Limits(4_000_000, 100_000),
}


def largest(name: str) -> int | None:
    """The most bytes that a file of this name may have; None for weights, which the memory bounds."""
    if limits := OF_FILE.get(name):
        return limits.size
    if name == "README.md":
        return LARGEST_CARD
    return None if name.endswith((".safetensors", ".bin")) else LARGEST_VOCABULARY


def check_plain(file: Path) -> int:
    """The bytes of a file; ModelLoadError if it is missing or something else, such as a pipe or a device."""
    try:
        found = file.stat()
    except OSError as e:
        raise ModelLoadError(f"{shown(file.name)} is missing.", HINT) from e
    if not stat.S_ISREG(found.st_mode):
        raise ModelLoadError(f"{shown(file.name)} is not a plain file.", HINT)
    return found.st_size


def check_size(name: str, size: int) -> None:
    """CapacityError if a file of this name is larger than any checkpoint's."""
    most = largest(name)
    if most is not None and size > most:
        message = f"{shown(name)} has {size / 1e6:,.1f} MB; up to {most / 1e6:,.0f} MB are read."
        raise CapacityError(message, "Remove what is not needed, or choose another model.")


def read_json(file: Path) -> Any:
    """What a JSON file of a checkpoint holds, NaN and infinities excluded; ModelLoadError or CapacityError if it is
    none or beyond its limits."""
    check_size(file.name, check_plain(file))
    return parse_json(file.name, file.read_bytes(), OF_FILE[file.name])


def read_object(file: Path) -> dict[str, Any]:
    """The same for a file whose content must be an object; an empty one if there is no such file."""
    if not file.exists():
        return {}
    content = read_json(file)
    if not isinstance(content, dict):
        raise ModelLoadError(f"{file.name} is not a JSON object.", HINT)
    return content


def parse_json(name: str, content: bytes, limits: Limits) -> Any:
    """What JSON text holds, within `limits`. Values are counted by their separators before any is built."""
    check_size(name, len(content))
    if content.count(b",") + content.count(b"[") + content.count(b"{") > limits.values:
        raise CapacityError(f"{name} contains more than {limits.values:,} values.", "Choose another model.")
    try:
        value = from_json(content, allow_inf_nan=False)
    except ValueError as e:
        if "recursion" in str(e):
            raise too_deep(name, limits) from e
        raise ModelLoadError(f"{name} is not JSON ({str(e)[:80]}).", HINT) from e
    if any(depth > limits.depth for depth, _ in walk(value)):
        raise too_deep(name, limits)
    return value


def walk(value: Any) -> Iterator[tuple[int, dict[str, Any] | list[Any]]]:
    """Each object and list in a value, itself included, with its level of nesting."""
    waiting = [(1, value)] if isinstance(value, (dict, list)) else []
    while waiting:
        depth, one = waiting.pop()
        yield depth, one
        inside = one.values() if isinstance(one, dict) else one
        waiting += [(depth + 1, child) for child in inside if isinstance(child, (dict, list))]


def too_deep(name: str, limits: Limits) -> ModelLoadError:
    """What is said of JSON whose brackets stand too deep in each other."""
    return ModelLoadError(f"{name} is nested more than {limits.depth} levels deep.", HINT)


def shown(text: object, most: int = 60) -> str:
    """A stranger's words as a message can hold them: on one line, and not too long."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: most + 1])
    return line if len(line) <= most else line[: most - 1] + "…"
