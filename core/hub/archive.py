"""The ZIP archive of a stranger's checkpoint: which of its files are written, how large they may be."""

import errno
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.checkpoints.reading import check_size, shown
from core.errors import FULL_DISK, CapacityError, InputError, PlaygroundError
from core.hub.offer import wanted

PIECE = 1 << 20  # bytes
LONGEST_DIRECTORY = 2_000_000  # bytes of the list of files at the end of an archive, which is read at once
METHODS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}  # which unpack without a bound on memory
ENCRYPTED = 1  # the bit of a member's flags
HINT = "Zip the folder that save_pretrained wrote."


def packed(name: str, folder: Path) -> bytes:
    """The files of a checkpoint as a ZIP archive, in a folder called `name`."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # weights hardly shrink
        for file in filter(Path.is_file, sorted(folder.iterdir())):
            archive.write(file, f"{name}/{file.name}")
    return sink.getvalue()


def unpack(name: str, file: BinaryIO, folder: Path, *, most_bytes: int) -> None:
    """Writes the files of a zipped checkpoint into `folder`, and no others.

    Names are taken without their folders, so that nothing is written elsewhere, and never more than `most_bytes`,
    whatever the headers say. InputError or CapacityError if it cannot be used; the folder is then left to the caller.
    """
    name = shown(name)
    with plain_errors(name):
        archive = zipfile.ZipFile(Sipped(file))
        members = chosen(name, archive, most_bytes)
        folder.mkdir(parents=True)
        left = most_bytes
        for member in members:
            left -= write_member(archive, member, folder / PurePosixPath(member.filename).name, left)


def chosen(name: str, archive: zipfile.ZipFile, most_bytes: int) -> list[zipfile.ZipInfo]:
    """The members that belong to the checkpoint: those beside the config.json that lies highest."""
    paths = {n: PurePosixPath(member.filename) for n, member in enumerate(archive.infolist()) if not member.is_dir()}
    home = min((path.parent for path in paths.values() if path.name == "config.json"), key=depth, default=None)
    if home is None:
        raise InputError(f"“{name}” contains no config.json.", HINT)
    members = [archive.infolist()[n] for n, path in paths.items() if path.parent == home and wanted(path.name)]
    seen: set[str] = set()
    for member in members:
        one = PurePosixPath(member.filename).name
        if one in seen:
            raise InputError(f"“{name}” contains {one} twice.", HINT)
        seen.add(one)
        check_member(one, member)
    if sum(member.file_size for member in members) > most_bytes:
        raise too_large(most_bytes)
    return members


def depth(path: PurePosixPath) -> int:
    """How many folders stand above."""
    return len(path.parts)


def check_member(one: str, member: zipfile.ZipInfo) -> None:
    """InputError or CapacityError if a file cannot be unpacked, by what the list of files says of it."""
    if member.flag_bits & ENCRYPTED:
        raise InputError(f"{one} is encrypted.", "Zip the folder without a password.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InputError(f"{one} is a link to another file.", "Zip the files themselves (zip -r follows links).")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        kind = METHODS.get(member.compress_type, str(member.compress_type))
        raise InputError(f"{one} is compressed with the unsupported method “{kind}”.", "Use the usual method, deflate.")
    check_size(one, member.file_size)


def write_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most_bytes: int) -> int:
    """Writes one file, however large its header says it is; the bytes it took. CapacityError over `most_bytes`."""
    written = 0
    with archive.open(member) as source, target.open("wb") as file:
        while piece := source.read(PIECE):
            written += len(piece)
            if written > most_bytes:
                raise too_large(most_bytes)
            file.write(piece)
    check_size(target.name, written)
    return written


def too_large(most_bytes: int) -> CapacityError:
    """What is said of an archive that would not fit."""
    message = f"The archive unpacks to more than {most_bytes / 1e6:,.0f} MB."
    return CapacityError(message, "Upload a smaller model, or raise PLAYGROUND_MEMORY_MB and PLAYGROUND_UPLOADS_MB.")


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """What zipfile and the disk raise, as sentences a visitor can act on."""
    try:
        yield
    except PlaygroundError:
        raise
    except OSError as e:
        if e.errno in FULL_DISK:
            message = f"The disk filled up while “{name}” was being unpacked."
            raise CapacityError(message, "Try again later, or tell whoever runs this playground.") from e
        if e.errno not in (None, errno.EINVAL):
            raise
        raise damaged(name, e) from e
    except zipfile.BadZipFile as e:
        if "not a zip file" in str(e):
            raise InputError(f"“{name}” is not a ZIP archive.", HINT) from e
        raise damaged(name, e) from e
    except (NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError, struct.error, zlib.error) as e:
        raise damaged(name, e) from e


def damaged(name: str, error: Exception) -> InputError:
    """What is said of an archive that cannot be read to its end."""
    return InputError(f"“{name}” is damaged: {shown(str(error) or type(error).__name__, 100)}.", "Zip it again.")


class Sipped(io.RawIOBase):
    """A file that gives no more than LONGEST_DIRECTORY bytes at once: zipfile reads the list of files in one go."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def seekable(self) -> bool:
        """Whether its place can be changed."""
        return True

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """The place where it is."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """The next bytes; CapacityError if too many are wanted."""
        content = self._file.read(min(size, LONGEST_DIRECTORY + 1) if size >= 0 else LONGEST_DIRECTORY + 1)
        if len(content) > LONGEST_DIRECTORY:
            message = f"The archive's list of files is larger than {LONGEST_DIRECTORY / 1e6:,.0f} MB."
            raise CapacityError(message, HINT)
        return content
