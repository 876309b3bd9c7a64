"""Visitors' uploads, unpacked on disk while the process runs, within a budget of bytes."""

import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Container
from pathlib import Path
from typing import IO

from core.errors import CapacityError

HOME = "playground-uploads-"  # what the folders of all servers begin with
LOCK = "lock"  # a file beside the uploads, locked as long as their server runs


class Uploads:
    """A folder for each upload. Those that were unpacked and not yet kept do not count to `budget_bytes`."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        remove_leftovers()
        self._home = tempfile.TemporaryDirectory(prefix=HOME)  # goes with this process
        self._held = lock(Path(self._home.name))
        self._sizes: dict[str, int] = {}  # bytes by id, oldest first
        self._lock = threading.Lock()

    def folder(self, id: str) -> Path:
        """The folder with the files of an upload."""
        return Path(self._home.name) / "kept" / id

    def used_bytes(self) -> int:
        """Bytes of all that are kept."""
        return sum(self._sizes.values())

    def size(self, id: str) -> int:
        """Bytes of an upload, kept or not."""
        return sum(file.stat().st_size for file in self.folder(id).rglob("*"))

    def keep(self, id: str, loaded: Container[str], forget: Callable[[str], bool]) -> None:
        """Keeps an upload. To make room the oldest go, those that are `loaded` last, and none that `forget` refuses;
        CapacityError if that is not enough."""
        size = self.size(id)
        with self._lock:
            for other in sorted(self._sizes, key=lambda one: one in loaded):
                if self.used_bytes() + size > self.budget_bytes and forget(other):
                    self._remove(other)
            free = self.budget_bytes - self.used_bytes()
            if size > free:
                message = (
                    f"The upload takes {size / 1e6:,.0f} MB; uploads in use leave {free / 1e6:,.0f} MB of disk space."
                )
                raise CapacityError(message, "Try again later, or raise PLAYGROUND_UPLOADS_MB.")
            self._sizes[id] = size

    def drop(self, id: str) -> None:
        """Removes an upload, kept or not."""
        with self._lock:
            self._remove(id)

    def _remove(self, id: str) -> None:
        self._sizes.pop(id, None)
        shutil.rmtree(self.folder(id), ignore_errors=True)


def remove_leftovers() -> None:
    """Removes what servers left that were killed; those that run hold the lock of their folder."""
    for home in Path(tempfile.gettempdir()).glob(f"{HOME}*"):
        if (home / LOCK).is_file() and home.stat().st_uid == os.getuid() and (held := lock(home)):
            shutil.rmtree(home, ignore_errors=True)
            held.close()


def lock(home: Path) -> IO[bytes] | None:
    """The lock of a folder, held until it is closed; None if another process has it."""
    file = (home / LOCK).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
