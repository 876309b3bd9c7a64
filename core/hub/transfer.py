"""One file from the Hub through its own client's `http_get`: resumed, counted, no longer than allowed, ended at a stop.

`hf_hub_download` cannot be stopped and gone on with: it writes to a name of its own each time, and throws away what has
come when it ends early.
"""

import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, BinaryIO, Literal, cast

import httpx2
from huggingface_hub import constants, set_client_factory
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.file_download import http_get
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import default_client_factory

from core.jobs import Stopped

ATTEMPTS = 5  # connections that may be reset in a row without anything having come
PAUSE = 0.25  # seconds after the first reset, longer after each further one
OnBytes = Callable[[int], None]
IsStopped = Callable[[], bool]
_stopped: ContextVar[IsStopped] = ContextVar("stopped")  # of the transfer of this thread

constants.HF_HUB_DISABLE_TELEMETRY = True
constants.DOWNLOAD_CHUNK_SIZE = 1 << 16  # bytes until the next look for a stop; as many are lost where one breaks off


class Overrun(Exception):
    """More has come of a file than was announced or allowed."""


class Meter:
    """Stands in for the bar that shows a download, and for its class; `size` is the most that may come."""

    def __init__(self, size: int, on_bytes: OnBytes = lambda size: None, stopped: IsStopped = lambda: False) -> None:
        self.size, self.on_bytes, self.stopped = size, on_bytes, stopped
        self.done = 0

    def __call__(self, *, initial: int = 0, **look: object) -> "Meter":
        """The bar of a connection that begins behind `initial` bytes."""
        self.update(initial - self.done)
        return self

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *error: object) -> None:
        """A bar stays as it is."""

    def update(self, size: int) -> None:
        """Tells of so many bytes more; Stopped, or Overrun if there were too many before."""
        if self.stopped():
            raise Stopped
        if self.done > self.size:
            raise Overrun
        self.done += size
        self.on_bytes(size)


def transfer(url: str, content: BinaryIO, meter: Meter) -> None:
    """Writes what follows the bytes that are there, and ends soon after too many have come. Raises Stopped."""
    meter(initial=content.tell())
    if content.tell() == meter.size > 0:
        return
    headers = build_hf_headers(token=token(), headers={"Accept-Encoding": "identity"})  # no part of what is compressed
    resets, outer = 0, _stopped.set(meter.stopped)
    try:
        while True:
            have = content.tell()
            try:
                return http_get(url, content, resume_size=have, headers=headers, tqdm_class=cast(Any, meter))
            except httpx2.ReadError:  # a reset connection is the one that `http_get` does not take up again
                resets = 1 if content.tell() > have else resets + 1
                if resets == ATTEMPTS:
                    raise
                time.sleep(resets * PAUSE)
    except Overrun:
        pass  # whoever asked for the file sees that it is too large
    except HfHubHTTPError as e:
        if e.response.status_code != httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE:  # there is no more of it
            raise
    finally:
        _stopped.reset(outer)


def token() -> str | Literal[False]:
    """The operator's access token from HF_TOKEN alone: one from a login is not meant for visitors."""
    return os.environ.get("HF_TOKEN", "").strip() or False


def stoppable() -> httpx2.Client:
    """The client of the Hub's library, which looks for a stop before each attempt, as `http_get` does not."""
    client = default_client_factory()
    client.event_hooks = {**client.event_hooks, "request": [*client.event_hooks["request"], look_for_a_stop]}
    return client


def look_for_a_stop(request: httpx2.Request) -> None:
    """Stopped if the transfer that sends this is to end."""
    if (stopped := _stopped.get(None)) and stopped():
        raise Stopped


set_client_factory(stoppable)
