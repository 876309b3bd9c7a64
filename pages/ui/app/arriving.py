"""Uploads go to the disk as they come. Streamlit alone would hold each in memory, until its visitor leaves."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.checkpoints.arrivals import LARGEST, Arrival, arrivals
from core.errors import FULL_DISK, CapacityError, explain

ADDRESS = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<id>[^/]+)$")
FRAME = 1 << 20  # bytes of a form around its file
STALLED_S = 60  # an upload of which nothing comes for so long gives its room back
EMPTY = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n--x--\r\n'  # a form with such a file


class OnDisk(bytes):
    """What Streamlit holds in place of the content of a file: nothing, and the arrival as long as the file."""

    arrival: Arrival


class NoRoom(OSError):
    """There is no room for more of a file. An OSError, since Starlette closes what has come only for those."""


class UploadsToDisk:
    """Takes the file out of each upload, and lets Streamlit see the rest: who it is from, and whether they may."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        put = scope["type"] == "http" and scope["method"] == "PUT"
        place = ADDRESS.search(scope["path"]) if put else None
        if place is None or not is_expected(place["session"], scope):
            await self.app(scope, receive, send)  # Streamlit refuses those that are not expected
            return
        arrival = arrivals().expect(place["session"], place["id"])
        try:
            name, kind = await receive_file(arrival, Request(scope, receive))
        except HTTPException as e:
            await PlainTextResponse(e.detail, e.status_code)(scope, receive, send)
            return
        except ClientDisconnect:
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                content = OnDisk()
                content.arrival = arrival
                files = cast(MemoryUploadedFileManager, runtime.get_instance().uploaded_file_mgr)
                files.add_file(place["session"], UploadedFileRec(place["id"], name, kind, content))
            await send(message)

        await self.app(without_file(scope), then(EMPTY, receive), answer)


def is_expected(session: str, scope: Scope) -> bool:
    """Whether that visitor is here and announces a file that is small enough."""
    announced = Headers(scope=scope).get("content-length", "0")
    small = announced.isdecimal() and int(announced) <= LARGEST + FRAME
    return small and runtime.exists() and runtime.get_instance().is_active_session(session)


async def receive_file(arrival: Arrival, request: Request) -> tuple[str, str]:
    """Name and kind of the one file of a form, which then is in `arrival`, or the reason why it could not be kept."""
    chunks = request.stream()
    received, head = 0, b""

    async def receive() -> Message:
        nonlocal received, head
        try:
            async with asyncio.timeout(STALLED_S):
                body = await anext(chunks, b"")
        except TimeoutError:
            raise HTTPException(408, "The upload of this file stalled.") from None
        received += len(body)
        head = head or body
        if received > LARGEST + FRAME:
            raise HTTPException(413, "This file is too large.")
        if body and not arrival.error:
            try:
                arrivals().grow(arrival, len(body))
            except CapacityError as e:
                arrival.end(e)
                raise NoRoom from None
        return {"type": "http.request", "body": body, "more_body": bool(body)}

    try:
        form = await Request(request.scope, receive).form()
    except OSError as e:
        if e.errno in FULL_DISK:
            arrival.end(explain(e))
        elif not isinstance(e, NoRoom):
            raise
        while (await receive())["more_body"]:  # a browser hears no answer before it has sent everything
            pass
        return name_in(head), ""
    files = [one for one in form.values() if isinstance(one, UploadFile)]
    if len(files) != 1:
        raise HTTPException(400, "Send one file.")
    arrival.complete(files[0].file)
    return files[0].filename or "", files[0].content_type or ""


def name_in(head: bytes) -> str:
    """The name of the file in the first bytes of a form."""
    lines = head.split(b"\r\n\r\n")[0].split(b"\r\n")
    found = (line for line in lines if line.lower().startswith(b"content-disposition:"))
    _, options = parse_options_header(next(found, b""))
    return options.get(b"filename", b"upload").decode(errors="replace")


def without_file(scope: Scope) -> Scope:
    """The request of `scope` as one whose body is EMPTY."""
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"content-type", b"content-length")]
    size = str(len(EMPTY)).encode()
    return {
        **scope,
        "headers": [*kept, (b"content-type", b"multipart/form-data; boundary=x"), (b"content-length", size)],
    }


def then(body: bytes, receive: Receive) -> Receive:
    """Gives `body` and then what follows."""
    waiting = [body]

    async def once() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return once


@contextmanager
def opened(file: UploadedFile) -> Iterator[BinaryIO]:
    """The content of an uploaded file, to be read once; PlaygroundError if it could not be kept."""
    arrival = arrivals().find(file.file_id)
    if arrival is None:
        yield file  # Streamlit's own tests upload into memory
    else:
        with arrival.opened() as content:
            yield content
