"""What visitors uploaded, unpacked on the disk as long as the process runs, within a budget of bytes."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Container
from pathlib import Path

from core.errors import CapacityError


class Uploads:
    """A folder for each upload. Those that were unpacked and not yet kept do not count to `budget_bytes`."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._home = tempfile.TemporaryDirectory(prefix="playground-")  # goes with this process
        self._sizes: dict[str, int] = {}  # bytes by id, oldest first
        self._lock = threading.Lock()

    def folder(self, id: str) -> Path:
        """Where the files of an upload lie."""
        return Path(self._home.name) / id

    def used_bytes(self) -> int:
        """Bytes of all that are kept."""
        return sum(self._sizes.values())

    def size(self, id: str) -> int:
        """Bytes of an upload, kept or not."""
        return sum(file.stat().st_size for file in self.folder(id).iterdir())

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
                message = f"The upload takes {size / 1e6:,.0f} MB; those in use leave {free / 1e6:,.0f} MB of the disk."
                raise CapacityError(message, "Try again later, or raise PLAYGROUND_UPLOADS_MB.")
            self._sizes[id] = size

    def drop(self, id: str) -> None:
        """Removes an upload, kept or not."""
        with self._lock:
            self._remove(id)

    def _remove(self, id: str) -> None:
        self._sizes.pop(id, None)
        shutil.rmtree(self.folder(id), ignore_errors=True)
