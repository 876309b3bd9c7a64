"""Every test runs offline: only the loopback answers, and the Hub is never asked."""

import os
import socket
import tempfile

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]
_CACHE = tempfile.TemporaryDirectory(prefix="playground-")  # goes with this process
os.environ["PLAYGROUND_CACHE_FOLDER"] = _CACHE.name

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses connections to anything but this machine."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert str(host).startswith(LOOPBACK), f"a test wanted to reach {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
