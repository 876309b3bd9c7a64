"""Checkpoints that did not come from the Hub: archives that visitors upload, folders that the operator offers."""

import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.catalog import Checkpoint
from core.errors import CapacityError, InputError, ModelLoadError, PlaygroundError
from core.hub.judging import judge
from core.hub.offer import HubFile, wanted
from core.hub.pytorch_files import convert
from core.hub.shelf import checkpoint_of

PIECE = 1 << 20  # bytes


def unpack(name: str, file: BinaryIO, folder: Path, *, most_bytes: int) -> None:
    """Writes the files of a zipped checkpoint into `folder`, and no others; InputError if it is not one.

    Names are taken without their folders, so that nothing is written elsewhere, and never more than `most_bytes`.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = [member for member in archive.infolist() if not member.is_dir()]
    except zipfile.BadZipFile as e:
        raise InputError(f"“{name}” is not a ZIP archive.", "Zip the folder that save_pretrained wrote.") from e
    paths = [PurePosixPath(member.filename) for member in members]
    home = min((path.parent for path in paths if path.name == "config.json"), key=lambda p: len(p.parts), default=None)
    if home is None:
        raise InputError(f"“{name}” holds no config.json.", "Zip the folder that save_pretrained wrote.")
    left = most_bytes
    folder.mkdir(parents=True)
    for member, path in zip(members, paths, strict=True):
        if path.parent == home and wanted(path.name):
            left -= write_member(archive, member, folder / path.name, left)


def write_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most_bytes: int) -> int:
    """Writes one file, however large its header says it is; the bytes it took. CapacityError over `most_bytes`."""
    written = 0
    with archive.open(member) as source, target.open("wb") as file:
        while piece := source.read(PIECE):
            written += len(piece)
            if written > most_bytes:
                message = f"The archive unpacks to more than {most_bytes / 1e6:,.0f} MB."
                raise CapacityError(
                    message, "Upload a smaller checkpoint, or raise PLAYGROUND_MEMORY_MB and PLAYGROUND_UPLOADS_MB."
                )
            file.write(piece)
    return written


def read_folder(folder: Path, id: str, *, pytorch: bool = False) -> Checkpoint:
    """The row of a checkpoint in a folder, its PyTorch weights converted where they are allowed."""
    files = [HubFile(file.name, file.stat().st_size) for file in folder.iterdir() if file.is_file()]
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        message = f"“{id}” has no config.json that can be read."
        raise ModelLoadError(message, "Take the folder that save_pretrained wrote.") from e
    offer = judge(id, "local", config if isinstance(config, dict) else {}, files, pytorch=pytorch)
    if offer.weights == "pytorch":
        convert(folder, id)
    summary = f"{offer.architecture or offer.model_type}, brought from outside."
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
