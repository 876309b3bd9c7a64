"""The HTML before any script, over plain HTTP, by the server's own stack of middleware."""

import gzip
import json
import re
from html.parser import HTMLParser

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from core.first_answers import first_answers
from core.first_look import opening
from pages.ui.app import served_html
from pages.ui.app.first_paint import first_paint
from pages.ui.app.headers import SecurityHeaders
from pages.ui.app.page_table import PAGES, tab_title
from pages.ui.app.served_html import PICTURE, PICTURE_PATH, PICTURE_SIZE, ServedHtml

HOSTILE = (
    'evil.example/"><script>alert(1)</script>',
    "evil.example/path?x=",
    "evil example",
    "evil.example\"onload='x'",
    "user@evil.example",
    "evil.example:99999999",
    "javascript:alert(1)",
    "&quot;",
    "",
    "-",
    "é.example",
)


async def other(_: Request) -> HTMLResponse:
    return HTMLResponse("<title>Theirs</title>", 500)


async def streamed(_: Request) -> StreamingResponse:
    return StreamingResponse(iter([b"<html><ti", b"tle>In parts</title>", b"</html>"]), media_type="text/html")


@pytest.fixture(scope="module")
def client() -> TestClient:
    middleware = [
        Middleware(SecurityHeaders, frames="any"),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(ServedHtml),
    ]
    own = [*served_html.ROUTES, Route("/broken", other), Route("/streamed", streamed)]
    routes = [*own, *create_streamlit_static_assets_routes("")]
    return TestClient(Starlette(routes=routes, middleware=middleware), base_url="http://playground.example:8501")


class Head(HTMLParser):
    """The title, and the attributes of all links and meta lines."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.meta: dict[str, str] = {}
        self.icons: list[str] = []
        self.scripts = 0
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title"
        self.scripts += tag == "script"
        if tag == "meta" and "content" in found:
            self.meta[found.get("property") or found["name"]] = found["content"]
        if tag == "link" and "icon" in found["rel"].split():
            self.icons.append(found["href"])

    def handle_data(self, text: str) -> None:
        if self._in_title:
            self.titles.append(text)
            self._in_title = False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_each_page_is_served_with_its_own_head(client: TestClient, page) -> None:
    answer = client.get(f"/{page.url_path}")
    head = Head(answer.text)
    assert head.titles == [tab_title(page)]
    assert head.meta["og:title"] == tab_title(page)
    assert head.meta["description"] == head.meta["og:description"] == page.sentence
    assert head.meta["og:url"] == f"http://playground.example:8501/{page.url_path}"
    assert head.meta["og:image"] == f"http://playground.example:8501{PICTURE_PATH}"
    assert head.meta["twitter:card"] == "summary_large_image"
    (icon,) = head.icons
    assert icon.startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize("path", ["/", "/entities", "/no/such/page", "/index.html"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_answer_is_whole_however_it_is_encoded(client: TestClient, path: str, encoding: str) -> None:
    with client.stream("GET", path, headers={"Accept-Encoding": encoding}) as answer:
        raw = b"".join(answer.iter_raw())
        assert int(answer.headers["content-length"]) == len(raw)
        assert answer.headers.get("content-encoding", "identity") == encoding
        html = gzip.decompress(raw) if encoding == "gzip" else raw
    assert html.rstrip().endswith(b"</html>")
    assert b'<div id="root"></div>' in html
    assert html.index(b"window.playgroundTheme") < html.index(b'type="module"')
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors *"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_nothing_that_belongs_to_the_page_before_stays(client: TestClient) -> None:
    answer = client.get("/")
    assert not {"etag", "last-modified", "accept-ranges"} & set(answer.headers)
    assert "X-Forwarded-Host" in answer.headers["Vary"]
    whole = answer.text
    for old in ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, {"If-None-Match": "*"}, {"Range": "bytes=0-9"}):
        again = client.get("/", headers=old)
        assert (again.status_code, again.text) == (200, whole)


def test_head_has_the_headers_and_no_body(client: TestClient) -> None:
    answer = client.head("/entities")
    assert answer.status_code == 200
    assert not answer.content
    assert answer.headers.get("content-length", "0") == "0" or "content-length" not in answer.headers


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
@pytest.mark.parametrize("host", HOSTILE)
def test_a_hostile_host_comes_into_no_address(client: TestClient, header: str, host: str) -> None:
    before = Head(client.get("/").text)
    answer = client.get("/", headers={header: host.encode()})
    head = Head(answer.text)
    assert head.scripts == before.scripts
    assert "evil" not in answer.text
    assert "alert" not in answer.text
    if host:
        assert head.meta["og:image"] == PICTURE_PATH


@pytest.mark.parametrize(
    ("headers", "site"),
    [
        ({"X-Forwarded-Host": "bert.example", "X-Forwarded-Proto": "https"}, "https://bert.example"),
        ({"X-Forwarded-Host": "bert.example, inner", "X-Forwarded-Proto": "https,http"}, "https://bert.example"),
        ({"X-Forwarded-Proto": "javascript"}, ""),
        ({"Host": "[::1]:8501"}, "http://[::1]:8501"),
        ({"Host": "127.0.0.1"}, "http://127.0.0.1"),
    ],
)
def test_addresses_are_those_that_the_visitor_sees(client: TestClient, headers: dict[str, str], site: str) -> None:
    assert Head(client.get("/", headers=headers).text).meta["og:image"] == site + PICTURE_PATH


def test_addresses_know_where_the_site_is_mounted() -> None:
    app = ServedHtml(Starlette(routes=create_streamlit_static_assets_routes("bert")), base_path="bert")
    head = Head(TestClient(app, base_url="http://host").get("/bert/entities").text)
    assert head.titles == ["Entities · BERT playground"]
    assert head.meta["og:url"] == "http://host/bert/entities"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_streamlit_is_told_where_the_server_is_before_it_asks(client: TestClient, page) -> None:
    html = client.get(f"/{page.url_path}").text
    assert ("window.__streamlit" in html) == bool(page.url_path)  # Home's address is that of the server
    if page.url_path:
        assert f'"/{page.url_path}"' in html
        assert html.index("window.__streamlit") < html.index('type="module"')


def test_other_answers_pass_as_they_are(client: TestClient) -> None:
    assert client.get("/broken").text == "<title>Theirs</title>"
    script = re.search(r'src="\./(static/js/[^"]+)"', client.get("/").text)
    assert script
    answer = client.get(f"/{script[1]}")
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_that_comes_in_parts_is_put_together(client: TestClient) -> None:
    assert Head(client.get("/streamed").text).titles == ["BERT playground"]


def test_the_picture_is_served_and_small_enough(client: TestClient) -> None:
    answer = client.get(PICTURE_PATH)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == PICTURE.read_bytes()
    assert len(answer.content) < 300_000
    with Image.open(PICTURE) as picture:
        assert picture.size == PICTURE_SIZE


def test_home_is_served_with_its_first_answers(client: TestClient) -> None:
    kept = first_answers()
    assert kept is not None
    html = client.get("/").text
    paint = html[html.index('<div id="first-paint"') :]
    assert html.index('<div id="root"></div>') < html.index(paint)
    assert opening().sentence in paint
    for word in (
        *(fill.text for fill in kept.hidden.fills),
        kept.sentiment.labels[0].label,
        kept.neighbours.hits[0].text,
    ):
        assert word in paint
    (arcs,) = re.findall(r'<script type="application/json">(.+?)</script>', paint, re.DOTALL)
    assert json.loads(arcs)["tokens"] == list(kept.links.tokens)


@pytest.mark.parametrize("path", ["/?home_text=Hello", "/entities", "/fill-mask?fill_text=A+___."])
def test_only_a_visit_without_wishes_gets_them(client: TestClient, path: str) -> None:
    assert "first-paint" not in client.get(path).text


def test_answers_of_other_weights_are_not_served(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.app.first_paint.first_answers", lambda: None)
    first_paint.cache_clear()
    assert "first-paint" not in client.get("/").text
    first_paint.cache_clear()
