"""A real server process and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from benchmarks.servers import Server
from tests.families import save_tiny
from tests.loopback_hub import LoopbackHub, serve

ROOT = Path(__file__).parent.parent.parent
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = "about:blank"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # No page lives long enough to repay optimising its scripts; room for new objects spares collections of garbage.
    "--js-flags=--no-opt --no-maglev --min-semi-space-size=32",
]
PATIENCE_S = 90
PATIENCE_MS = PATIENCE_S * 1000

Scheme = Literal["light", "dark"]


@contextmanager
def running_server(log: Path, **environment: str) -> Iterator[str]:
    """The address of `streamlit run app.py` on a free port, under these variables; it ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={port}",
        "--server.address=127.0.0.1",
    ]
    env = os.environ | environment
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=env) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the server answers."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def server(playground_server: Server) -> str:
    """The address of a server that all tests share."""
    return f"http://127.0.0.1:{playground_server.port}/"


@dataclass
class Place:
    """A playground whose Hub is on this machine, with the checkpoint of a folder on that Hub and on its own shelf.

    No other site may show it in a frame.
    """

    address: str
    hub: LoopbackHub
    folder: Path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One that nobody has visited before the first test that wants it."""
    root = tmp_path_factory.mktemp("place")
    folder = save_tiny("roberta", "masked-lm", root / "shelf" / "our-roberta")
    with serve() as hub:
        environment = {
            "HF_ENDPOINT": hub.endpoint,
            "HF_HUB_OFFLINE": "0",
            "PLAYGROUND_CACHE_FOLDER": str(root / "cache"),
            "PLAYGROUND_FRAMES": "same",
            "PLAYGROUND_LOCAL_FOLDER": str(root / "shelf"),
        }
        with running_server(root / "log", **environment) as address:
            yield Place(address, hub, folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests fail where CI is set and are skipped, with a word, elsewhere."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            message = "NO BROWSER: put Chromium on the PATH or run `playwright install chromium`."
            (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
        with playwright.chromium.launch(executable_path=path, args=ARGUMENTS) as one:
            yield one


def find_browser(playwright: Playwright) -> str | None:
    """A Chromium on the PATH, else Playwright's own."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return on_path or (own if Path(own).exists() else None)


@pytest.fixture(scope="session")
def context_of(browser: Browser) -> Callable[..., BrowserContext]:
    """Gives each person's context, with storage and cookies that no other shares: `context_of("a friend")`.

    It is made once, so that scripts are downloaded and compiled once and not for every test.
    """

    @cache
    def make(person: str, **options: Any) -> BrowserContext:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    return make


@pytest.fixture(scope="session")
def left() -> dict[str, list[Page]]:
    """The pages that earlier tests left, by person: each shows the playground again in half the time of a new one."""
    return defaultdict(list)


@pytest.fixture
def new_page(context_of: Callable[..., BrowserContext], left: dict[str, list[Page]]) -> Iterator[Callable[..., Page]]:
    """Gives pages, each a visit of its own: `new_page(width=390, person="a friend", color_scheme="dark")`.

    A test that listens to a page closes it, so that no other test gets it.
    """
    given: list[tuple[str, Page]] = []

    def give(
        width: int = 1280, *, person: str = "a visitor", color_scheme: Scheme = "light", **options: object
    ) -> Page:
        page = left[person].pop() if left[person] else context_of(person, **options).new_page()
        given.append((person, page))
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=color_scheme)
        return page

    yield give
    for person, page in given:
        if not page.is_closed():
            page.goto(ELSEWHERE)  # ends the visit
            left[person].append(page)
