"""Every test runs offline: only the loopback answers, and the Hub is never asked. Workers share the processor."""

import gc
import os
import socket
import tempfile
from collections.abc import Iterator

import pytest
from xdist.scheduler import LoadFileScheduling

from benchmarks.servers import Server, playground

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["NUMBA_OPT"] = "1"  # UMAP compiles itself for ten seconds instead of thirteen
for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]
_CACHE = tempfile.TemporaryDirectory(prefix="playground-")  # goes with this process
os.environ["PLAYGROUND_CACHE_FOLDER"] = _CACHE.name
os.environ["PLAYGROUND_TRAINING_READY_MINUTES"] = "0"  # a page that is opened starts no process

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported; servers that tests start inherit it

LOOPBACK = ("127.", "::1", "localhost")


LONGEST = ("browser", "test_contract.py", "test_snippets.py", "test_random_requests.py", "test_spaces.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts what takes longest first, so that workers end together."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST)))


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker whole files, and all that visit a server to one: they share it, and what it has loaded."""

    def _split_scope(self, nodeid: str) -> str:
        visits = nodeid.startswith(("tests/browser/", "tests/benchmarks/test_visitors.py"))
        return "visits" if visits else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """The scheduler of `--dist loadfile`."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Spares what was imported from every later collection of garbage: torch alone brings half a million objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def playground_server() -> Iterator[Server]:
    """The playground in a process of its own, which all tests share that visit it."""
    with playground() as one:
        yield one


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses connections to anything but this machine."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert str(host).startswith(LOOPBACK), f"a test wanted to reach {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
