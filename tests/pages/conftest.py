"""Pages run by Streamlit's AppTest over the router, with an engine that loads nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.tasks import TASKS
from pages.ui.app import engine
from pages.ui.app.visitor import visitor_id
from tests.fake_engine import FakeEngine

ROUTER = Path(__file__).parent.parent.parent / "pages" / "ui" / "app" / "router.py"


@pytest.fixture(autouse=True)
def no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares each run of an app a look through all installed packages for components: nine tenths of its time."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine that the pages get."""
    one = FakeEngine()
    for name in ("visit", "ready_visit"):
        monkeypatch.setattr(engine, name, lambda: one.of(visitor_id()))
    return one


@pytest.fixture
def discriminators() -> Iterator[list[str]]:
    """Two checkpoints that spot swapped words, in the catalogue for this test as if they had been fetched."""
    ids = ["discriminator-a", "discriminator-b"]
    for id in ids:
        row = replace(load_catalog()["minilm"], id=id, head="replaced-token-detection", family="electra")
        load_catalog().add(row)
    yield ids
    for id in ids:
        load_catalog().remove(id)


@pytest.fixture
def twins() -> Iterator[None]:
    """A second checkpoint for each task that only one can do, in the catalogue as if it had been fetched."""
    able = map(load_catalog().supporting, TASKS)
    alone = {rows[0] for rows in able if len(rows) == 1}
    for row in alone:
        load_catalog().add(replace(row, id=f"{row.id}-twin"))
    yield
    for row in alone:
        load_catalog().remove(f"{row.id}-twin")


POPOVERS = [f"popover-{name}" for name in ("how", "pictures", "python", "about")]


@pytest.fixture
def open_page(fake: FakeEngine) -> Callable[..., AppTest]:
    """Opens pages/NAME.py through the router, its popovers open, with texts or other state put in before."""

    def open_one(name: str, **state: object) -> AppTest:
        app = AppTest.from_file(ROUTER, default_timeout=30).run()
        for popover in POPOVERS:
            app.session_state[popover] = True
        for key, value in state.items():
            app.session_state[key] = value
        return app.switch_page(f"../../{name}.py").run()

    return open_one
