"""A disk without room: told in one sentence, wherever files of visitors or of the Hub are written."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import CapacityError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def full_disk_as(message: str, hint: str) -> Iterator[None]:
    """Raises CapacityError with this message where the block finds no room on the disk."""
    try:
        yield
    except OSError as e:
        if e.errno in FULL:
            raise CapacityError(message, hint) from e
        raise
