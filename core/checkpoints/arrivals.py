"""Files being uploaded by visitors: counted as they arrive, kept on disk until they are read once."""

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import BinaryIO

from core.errors import CapacityError, PlaygroundError
from core.settings import load_settings

LARGEST_MB = 1000  # of one visitor's files on their way, so also of one file
LARGEST = LARGEST_MB << 20  # bytes, as Streamlit counts a megabyte
STRAY_S = 60  # a page reads a file within a moment of its coming; what lies longer may make room


class Arrival:
    """One file of `visitor`: how much has arrived, then the file itself, or why there is none."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        self.size = 0  # bytes so far
        self.file: BinaryIO | None = None
        self.error: PlaygroundError | None = None
        self.since = time.monotonic()

    def complete(self, file: BinaryIO) -> None:
        """All of it is in `file`, which is closed when nobody holds the arrival any more."""
        self.file, self.since = file, time.monotonic()
        weakref.finalize(self, file.close)

    def end(self, error: PlaygroundError) -> None:
        """Frees its space; whoever still wants the file gets `error`."""
        self.error, self.size = self.error or error, 0
        if self.file:
            self.file.close()
            self.file = None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, once; PlaygroundError if it is not there."""
        try:
            if self.error:
                raise self.error
            assert self.file, "a page sees no file before it is complete"
            yield self.file
        finally:
            self.end(CapacityError("This upload was already used and has been deleted.", "Upload it again."))


class Arrivals:
    """All that are being uploaded or wait to be read, at most `most_bytes` together."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._latest: weakref.WeakValueDictionary[str, Arrival] = weakref.WeakValueDictionary()  # by id of the file
        self._all: weakref.WeakSet[Arrival] = weakref.WeakSet()  # also those whose id, a browser's word, came again
        self._lock = threading.Lock()

    def expect(self, visitor: str, id: str) -> Arrival:
        """A file whose upload begins. It is forgotten, and its space freed, when nothing refers to it any more."""
        with self._lock:
            arrival = self._latest[id] = Arrival(visitor)
            self._all.add(arrival)
        return arrival

    def find(self, id: str) -> Arrival | None:
        """The file of that id."""
        return self._latest.get(id)

    def grow(self, arrival: Arrival, size: int) -> None:
        """Counts `size` more bytes of it; CapacityError if there is no space for them."""
        with self._lock:
            own = sum(one.size for one in self._all if one.visitor == arrival.visitor)
            if own + size > LARGEST:
                message = f"Together, your uploads take more than {LARGEST_MB:,} MB."
                raise CapacityError(message, "Upload smaller files, or one at a time.")
            if self._used() + size > self.most_bytes:
                self._drop_strays()
            if self._used() + size > self.most_bytes:
                message = f"Uploads in progress fill the {self.most_bytes / 1e6:,.0f} MB of disk reserved for them."
                raise CapacityError(message, "Try again in a minute, or raise PLAYGROUND_UPLOADS_MB.")
            arrival.size += size

    def _used(self) -> int:
        return sum(one.size for one in self._all)

    def _drop_strays(self) -> None:
        for one in list(self._all):
            if one.file and time.monotonic() - one.since > STRAY_S:
                one.end(CapacityError("Your upload was deleted to make room for newer ones.", "Upload it again."))


@cache
def arrivals() -> Arrivals:
    """Those of this process."""
    return Arrivals(load_settings().uploads_mb * 1_000_000)
