"""The two web servers that are compared, each in a process of its own: the playground and the naive page."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
START_S = 120  # that a server may take to start
PLAIN = ("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false")


@dataclass(frozen=True)
class Server:
    """A server that runs, and whether it is the naive page."""

    port: int
    process: subprocess.Popen[bytes]
    naive: bool = False

    @property
    def memory_bytes(self) -> int:
        """Resident memory of its process."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def playground() -> Iterator[Server]:
    """The product as `make run` starts it, its first checkpoint loaded, with a cache folder of its own.

    Those who leave are forgotten after 10 s instead of two minutes, so that nobody has to wait to see it.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PLAYGROUND_CACHE_FOLDER": folder,
            "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "10",
        }
        with serve(ROOT / "app.py", ROOT, (), environment, naive=False) as server:
            wait_for(lambda: answer(server.port, "/api/health").get("loaded"))
            yield server


@contextmanager
def naive() -> Iterator[Server]:
    """The naive page under Streamlit's own settings."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"HF_HUB_OFFLINE": "1"}
        with serve(Path(__file__).with_name("naive_page.py"), Path(folder), PLAIN, environment, naive=True) as server:
            yield server


@contextmanager
def serve(
    script: Path, folder: Path, options: tuple[str, ...], environment: dict[str, str], *, naive: bool
) -> Iterator[Server]:
    """A Streamlit server on a free port, ended with the block."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", *options]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet)
    try:
        wait_for(lambda: answer(port, "/_stcore/health") is not None)
        yield Server(port, process, naive)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answer(port: int, path: str) -> dict[str, object]:
    """The JSON at an address, or an empty answer where it is other text; OSError if nobody answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
        try:
            found: dict[str, object] = json.load(reply)
        except ValueError:
            return {}
        return found


def wait_for(ready: Callable[[], object]) -> None:
    """Asks until the answer is yes; TimeoutError after START_S."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"The server was not ready after {START_S} s.")
