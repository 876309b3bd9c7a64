"""What the server answers beside the pages."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from core.catalog import load_catalog
from pages.ui import engine
from tests.fake_engine import FakeEngine


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(engine, "shared_engine", FakeEngine)
    with TestClient(Starlette(routes=app.ROUTES)) as one:
        yield one


def test_health_says_what_is_loaded_and_nothing_of_a_visitors(client: TestClient) -> None:
    load_catalog().add(replace(load_catalog()["minilm"], id="theirs-1234", owner="them"))
    try:
        answer = client.get("/api/health").json()
    finally:
        load_catalog().remove("theirs-1234")
    assert answer["status"] == "ready"
    assert "minilm" in answer["loaded"]
    assert "theirs-1234" not in answer["loaded"]


def test_health_before_the_engine_is_there(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "shared_engine", lambda: None)
    assert client.get("/api/health").json() == {"status": "starting", "loaded": []}
