"""The HTML as it is served, before any script: a title, a description, an icon and what others show of a link.

Streamlit serves one index.html for every page; what is its own of that page, and of the site, is put in here.
"""

import re
from base64 import b64encode
from functools import cache
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.paths import ASSETS
from pages.ui.app.first_paint import first_paint
from pages.ui.app.page_table import BRAND, ICON, PAGES, Page, tab_title
from pages.ui.app.theme import head_script

PICTURE = ASSETS / "preview.png"
PICTURE_PATH = "/api/preview.png"
PICTURE_SIZE = (1200, 630)
PICTURE_ALT = "The home page: one sentence, read by small BERT models in five ways"
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
TITLE = re.compile(rb"<title>.*?</title>", re.DOTALL)
ITS_ICON = re.compile(rb'<link rel="shortcut icon"[^>]*>')
MOST_BYTES = 1_000_000  # of a page; a longer answer is passed on as it is
VALIDATORS = (
    "if-none-match",
    "if-modified-since",
    "range",
    "accept-encoding",
)  # would get us Streamlit's own, or a part
VARY = "Host, X-Forwarded-Host, X-Forwarded-Proto"


class ServedHtml:
    """Middleware inside of compression: gives each page that is served its title, description, icon, preview and theme,
    and Home its first answers."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self._app = app
        self._base = f"/{base_path.strip('/')}".rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; all but those for pages pass."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or is_file(scope["path"]):
            await self._app(scope, receive, send)
            return
        answer = Response(send, head(scope, self._base), body(scope))
        kept = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in VALIDATORS]
        await self._app({**scope, "headers": kept}, receive, answer.send)


class Response:
    """A response on its way: HTML is held until it is whole, and leaves with `head` and `body` in it."""

    def __init__(self, send: Send, head: bytes, body: bytes) -> None:
        self._send = send
        self._ours = head, body
        self._start: Message | None = None  # of HTML that is not whole yet
        self._body = b""

    async def send(self, message: Message) -> None:
        """One message of the app inside."""
        if message["type"] == "http.response.start" and is_html(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body") or len(self._body) > MOST_BYTES:
                await self._leave(more=bool(message.get("more_body")))

    async def _leave(self, *, more: bool) -> None:
        start, self._start = self._start, None
        assert start is not None
        headers = MutableHeaders(scope=start)
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        body = self._body if more else with_ours(self._body, *self._ours)
        if body and not more:
            headers["content-length"] = str(len(body))
        else:
            del headers["content-length"]  # of HEAD, too: nothing tells how long the page would be
        headers.add_vary_header(VARY)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def is_html(start: Message) -> bool:
    """Whether a whole page comes, as it is."""
    headers = Headers(raw=start["headers"])
    plain = "content-encoding" not in headers
    return start["status"] == 200 and plain and headers.get("content-type", "").startswith("text/html")


def with_ours(html: bytes, head: bytes, body: bytes) -> bytes:
    """The page with `head` in place of its title and icon, and with `body` at its end."""
    html = ITS_ICON.sub(b"", TITLE.sub(lambda _: head, html, count=1), count=1)
    return html.replace(b"</body>", body + b"</body>", 1)


def body(scope: Scope) -> bytes:
    """Home's first answers, for who comes without anything in the address."""
    home = page_of(scope["path"]).url_path == "" and not scope["query_string"]
    return first_paint().encode() if home else b""


def head(scope: Scope, base: str) -> bytes:
    """What belongs into the head of the page that is asked for."""
    page = page_of(scope["path"])
    site = f"{origin(scope)}{base}"
    title, sentence = tab_title(page), page.sentence
    width, height = PICTURE_SIZE
    named = {"description": sentence, "twitter:card": "summary_large_image"}
    properties = {
        "og:type": "website",
        "og:site_name": BRAND,
        "og:title": title,
        "og:description": sentence,
        "og:url": f"{site}/{page.url_path}",
        "og:image": f"{site}{PICTURE_PATH}",
        "og:image:type": "image/png",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": PICTURE_ALT,
    }
    lines = [
        head_script(),
        *server_script(page),
        f"<title>{escape(title)}</title>",
        f'<link rel="shortcut icon" type="image/svg+xml" href="{icon()}">',
        *(f'<meta name="{name}" content="{escape(content)}">' for name, content in named.items()),
        *(f'<meta property="{name}" content="{escape(content)}">' for name, content in properties.items()),
    ]
    return "\n    ".join(lines).encode()


def server_script(page: Page) -> list[str]:
    """A script, for all pages but Home, that says where the server is. Without it Streamlit also asks below the page's
    own address, and each visit begins with two errors in the browser's console."""
    script = (ASSETS / "server_address.js").read_text(encoding="utf-8")
    return [f"<script>{script.replace('PAGE', page.url_path)}</script>"] if page.url_path else []


def page_of(path: str) -> Page:
    """The page at that path; Home where there is none."""
    return next((page for page in PAGES if page.url_path and page.url_path == last_part(path)), PAGES[0])


def is_file(path: str) -> bool:
    """Whether the path is that of a file other than the page itself."""
    return "." in last_part(path) and last_part(path) != "index.html"


def last_part(path: str) -> str:
    """What stands behind the last slash."""
    return path.rstrip("/").rpartition("/")[2]


def origin(scope: Scope) -> str:
    """Scheme and host under which the visitor came, told by the proxy or the browser; empty if that is no host, so that
    addresses stay within whatever site this is."""
    headers = Headers(scope=scope)
    host = first(headers.get("x-forwarded-host", "")) or headers.get("host", "")
    scheme = first(headers.get("x-forwarded-proto", "")) or scope["scheme"]
    if not HOST.fullmatch(host) or scheme not in ("http", "https"):
        return ""
    return f"{scheme}://{host}"


def first(values: str) -> str:
    """The first of several values, that of the proxy nearest to the visitor."""
    return values.partition(",")[0].strip()


@cache
def icon() -> str:
    """The icon as a data address, the same wherever the page is served from."""
    return "data:image/svg+xml;base64," + b64encode(ICON.read_bytes()).decode()


async def preview(_: object) -> FileResponse:
    """The picture that others show of a link."""
    return FileResponse(PICTURE, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


ROUTES = [Route(PICTURE_PATH, preview)]
