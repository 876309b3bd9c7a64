"""Every test runs offline: only the loopback answers, and the Hub is never asked. Workers share the processor."""

import gc
import os
import socket
import tempfile

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]
_CACHE = tempfile.TemporaryDirectory(prefix="playground-")  # goes with this process
os.environ["PLAYGROUND_CACHE_FOLDER"] = _CACHE.name

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported; servers that tests start inherit it

LOOPBACK = ("127.", "::1", "localhost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files that take longest first, so that workers end together: those that drive a browser."""
    items.sort(key=lambda item: "browser" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Spares what was imported from every later collection of garbage: torch alone brings half a million objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses connections to anything but this machine."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert str(host).startswith(LOOPBACK), f"a test wanted to reach {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
