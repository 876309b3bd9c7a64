import asyncio
import errno
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import runtime
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.checkpoints import arrivals as core_arrivals
from core.checkpoints.arrivals import LARGEST_MB, Arrivals
from core.errors import CapacityError
from core.paths import ROOT
from pages.ui.app import arriving
from pages.ui.app.arriving import UploadsToDisk, opened
from tests.own_loop import in_own_loop

CONTENT = b"0123456789" * 300_000  # more than Starlette keeps in memory
PATH = "/_stcore/upload_file/ann/1"


@dataclass
class Place:
    """Streamlit's side of an upload, as far as the middleware needs it: what it was sent and what it keeps."""

    files: MemoryUploadedFileManager = field(default_factory=lambda: MemoryUploadedFileManager("/upload"))
    seen: list[int] = field(default_factory=list)  # bytes of each body
    status: int = 204
    budget: Arrivals = field(default_factory=lambda: Arrivals(100_000_000))

    def kept(self) -> UploadedFile:
        """The file as a page gets it."""
        (record,) = self.files.get_files("ann", ["1"])
        return UploadedFile(record, FileURLs())


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    one = Place()
    here = SimpleNamespace(is_active_session=lambda session: session == "ann", uploaded_file_mgr=one.files)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: here)
    monkeypatch.setattr(arriving, "arrivals", lambda: one.budget)
    return one


@pytest.fixture
def client(place: Place) -> TestClient:
    async def put(request: Request) -> Response:
        place.seen.append(len(await request.body()))
        form = await request.form()
        assert len(form) == 1
        if place.status == 204:
            place.files.add_file("ann", UploadedFileRec("1", "f", "", b""))
        return Response(status_code=place.status)

    async def other(request: Request) -> Response:
        return PlainTextResponse(f"{request.method} {len(await request.body())}")

    routes = [Route("/_stcore/upload_file/{session}/{id}", put, methods=["PUT"]), Route("/{rest:path}", other)]
    return TestClient(UploadsToDisk(Starlette(routes=routes)))


def test_a_file_is_on_the_disk_and_streamlit_holds_none_of_it(place: Place, client: TestClient) -> None:
    name = "naïve “name” __ 😀.zip"
    assert client.put(PATH, files={"f": (name, CONTENT, "application/zip")}).status_code == 204
    file = place.kept()
    assert (file.name, file.type, file.size) == (name, "application/zip", 0)
    assert place.seen[0] < 200
    with opened(file) as content:
        assert content.read() == CONTENT
    with pytest.raises(CapacityError, match="already used"), opened(file):
        pass


def test_what_streamlit_refuses_is_not_kept(place: Place, client: TestClient) -> None:
    place.status = 403
    assert client.put(PATH, files={"f": ("a.zip", CONTENT)}).status_code == 403
    assert not place.files.get_files("ann", ["1"])
    assert place.budget.find("1") is None


def test_one_that_stops_in_the_middle_gives_its_room_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "STALLED_S", 0.05)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\n0123'
    messages, sent = [{"type": "http.request", "body": head, "more_body": True}], []

    async def receive() -> dict[str, object]:
        return messages.pop() if messages else await asyncio.Event().wait()

    async def send(message: dict[str, object]) -> None:
        sent.append(message.get("status"))

    kind = [(b"content-type", b"multipart/form-data; boundary=x"), (b"content-length", b"1000")]
    scope = {"type": "http", "method": "PUT", "path": PATH, "headers": kind}
    in_own_loop(UploadsToDisk(Starlette())(scope, receive, send))
    assert sent[0] == 408
    assert place.budget.find("1") is None


def test_a_stranger_is_left_to_streamlit(place: Place, client: TestClient) -> None:
    client.put(PATH.replace("ann", "eve"), files={"f": ("a.zip", CONTENT)})
    assert place.seen[0] > len(CONTENT)


def test_one_that_announces_too_much_is_left_to_streamlit(
    place: Place, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "LARGEST", 1_000_000)
    client.put(PATH, files={"f": ("a.zip", CONTENT)})
    assert place.seen[0] > len(CONTENT)


def test_one_that_sends_more_than_it_announces_is_cut_off(
    place: Place, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "LARGEST", 1_000_000)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\n'
    pieces = iter([head, *[b"0" * 100_000] * 40])
    answer = client.put(PATH, content=pieces, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert not place.seen


@pytest.mark.parametrize("files", [{}, {"f": ("a", b"1"), "g": ("b", b"2")}])
def test_only_one_file_at_a_time(place: Place, client: TestClient, files: dict[str, tuple[str, bytes]]) -> None:
    assert client.put(PATH, files=files or None, data={} if files else {"x": "y"}).status_code == 400
    assert not place.files.get_files("ann", ["1"])


def test_no_room_is_told_where_the_file_is_wanted(place: Place, client: TestClient) -> None:
    place.budget.most_bytes = 1_000_000
    assert client.put(PATH, files={"f": ("mine.zip", CONTENT)}).status_code == 204
    file = place.kept()
    assert file.name == "mine.zip"
    with pytest.raises(CapacityError, match="fill the 1 MB"), opened(file):
        pass
    assert place.budget.find("1").size == 0


def test_a_full_disk_is_told_where_the_file_is_wanted(
    place: Place, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(self: object, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", no_space)
    assert client.put(PATH, files={"f": ("mine.zip", CONTENT)}).status_code == 204
    with pytest.raises(CapacityError, match="disk is full"), opened(place.kept()):
        pass


def test_other_requests_pass_through(client: TestClient) -> None:
    assert client.get("/anything").text == "GET 0"


def test_what_came_into_memory_is_read_from_there(place: Place) -> None:
    file = UploadedFile(UploadedFileRec("2", "a.csv", "text/csv", b"text\na"), FileURLs())
    with opened(file) as content:
        assert content.read() == b"text\na"


def test_streamlits_limit_is_that_of_the_largest_box() -> None:
    settings = tomllib.loads(Path(ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == LARGEST_MB == core_arrivals.LARGEST >> 20
