"""Checkpoints that did not come from the Hub: what visitors upload, folders that the operator offers."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.reading import check_plain, read_object
from core.errors import PlaygroundError
from core.hub.judging import judge
from core.hub.offer import HubFile
from core.hub.pytorch_files import convert
from core.hub.shelf import checkpoint_of


def read_folder(folder: Path, id: str, *, pytorch: bool = False) -> Checkpoint:
    """The row of a checkpoint in a folder, its PyTorch weights converted where they are allowed."""
    check_plain(folder / "config.json")
    files = [HubFile(file.name, file.stat().st_size) for file in folder.iterdir() if file.is_file()]
    offer = judge(id, "local", read_object(folder / "config.json"), files, pytorch=pytorch)
    if offer.weights == "pytorch":
        convert(folder, id)
    summary = f"{offer.architecture or offer.model_type}, added from files."
    return replace(checkpoint_of(offer, folder), source="local", summary=summary)


def folders_offered(folder: Path | None) -> Iterator[Checkpoint]:
    """A row for each checkpoint in the operator's folder, by the name of its own; what cannot be used is left out."""
    for one in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
        if (one / "config.json").is_file():
            try:
                yield read_folder(one, one.name)
            except PlaygroundError:
                continue


def private_id(name: str) -> str:
    """An id for an upload that nobody can guess."""
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in Path(name).stem)[:40].strip("-")
    return f"{stem or 'upload'}-{secrets.token_hex(4)}"
