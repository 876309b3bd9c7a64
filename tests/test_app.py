"""What the server answers beside the pages."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import app
from core.checkpoints.catalog import load_catalog
from core.errors import SettingsError
from core.settings import Settings
from pages.ui.app import engine
from pages.ui.app.api import ROUTES
from pages.ui.app.headers import SecurityHeaders
from tests.fake_engine import FakeEngine


def body(_: Request) -> PlainTextResponse:
    return PlainTextResponse("body", headers={"Referrer-Policy": "unsafe-url"})


@pytest.mark.parametrize(("frames", "ancestors"), [("any", "*"), ("same", "'self'"), ("none", "'none'")])
@pytest.mark.parametrize("path", ["/", "/missing"])
def test_every_answer_has_the_security_headers(frames: str, ancestors: str, path: str) -> None:
    middleware = [Middleware(SecurityHeaders, frames=frames)]
    answer = TestClient(Starlette(routes=[Route("/", body)], middleware=middleware)).get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers.get_list("Referrer-Policy") == ["same-origin"]
    assert answer.headers["Content-Security-Policy"] == f"frame-ancestors {ancestors}"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(engine, "playground", FakeEngine)
    with TestClient(Starlette(routes=ROUTES)) as one:
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
    monkeypatch.setattr(engine, "playground", lambda: None)
    assert client.get("/api/health").json() == {"status": "starting", "loaded": []}


def test_a_graphics_card_that_is_not_there_is_said_before_the_server_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "load_settings", lambda: Settings(device="cuda:99"))
    with pytest.raises(SettingsError, match="cuda:99"):
        app.settings()


def test_metrics_are_there_before_the_engine_is(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/api/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "playground_ready 1.0\n" in answer.text
    assert answer.text.endswith("# of the engine\n")
    monkeypatch.setattr(engine, "playground", lambda: None)
    assert "playground_ready 0.0\n" in client.get("/api/metrics").text
