"""Where the files of a checkpoint lie, and which weights they hold; loads none of them."""

import hashlib
import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from core.checkpoints.catalog import MODELS, Catalog, Checkpoint
from core.errors import ModelLoadError


def folder_of(row: Checkpoint) -> Path:
    """The folder of the row's own files; ModelLoadError if its package is not installed."""
    if row.source == "bundled":
        return MODELS / row.location
    if row.source in ("hub", "local"):
        return Path(row.location)
    return package_folder(row.location) / "model"


@cache
def package_folder(name: str) -> Path:
    """Where a package lies, looked for once: a search beside the imports of other threads can come back empty."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModelLoadError(f"The package {name} is not installed.", "Install the requirements again.")
    return Path(spec.submodule_search_locations[0])


def fingerprint(catalog: Catalog, checkpoints: Iterable[str]) -> str:
    """The SHA-256 of all weights that these checkpoints run with, those of their bases included, as hex digits."""
    rows = [catalog[checkpoint] for checkpoint in checkpoints]
    folders = {folder_of(one) for row in rows for one in (row, catalog[row.base] if row.base else row)}
    files = [file for folder in folders for file in folder.glob("*.safetensors")]
    return hashlib.sha256("".join(sorted(map(digest, files))).encode()).hexdigest()


def digest(file: Path) -> str:
    """The SHA-256 of a file, as hex digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
