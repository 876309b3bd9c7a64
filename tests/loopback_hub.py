"""A hub on this machine: as much of the Hub's interface as its own client needs, and the faults that a real one has."""

import asyncio
import hashlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECE = 16_384  # bytes sent at a time
TOKEN = "hf_loopback"


@dataclass
class Repository:
    """A folder that is served, and what is wrong with it: `announced` and `corrupt` name files."""

    folder: Path
    licence: str = "apache-2.0"
    gated: bool = False
    private: bool = False
    pause: float = 0.0  # seconds before each piece
    cut_after: int = 0  # bytes, after which a connection breaks off, as long as `cuts` lasts
    cuts: int = 0
    announced: dict[str, int] = field(default_factory=dict)  # file -> size that is not true
    corrupt: tuple[str, ...] = ()  # files of which one byte is changed on the way
    without_ranges: bool = False  # sends the whole file when it is asked for a part
    ranges: list[str] = field(default_factory=list)  # what was asked to be sent on from where


class LoopbackHub:
    """Repositories by id, at an address of this machine."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        self.headers: list[Headers] = []  # of the same requests
        routes = [
            Route("/api/models/{owner}/{name}", self.describe),
            Route("/api/models/{owner}/{name}/revision/{revision}", self.describe),
            Route("/{owner}/{name}/resolve/{revision}/{file:path}", self.send),
        ]
        self.app = Starlette(routes=routes)
        self.endpoint = ""

    async def describe(self, request: Request) -> Response:
        """What HfApi.model_info reads."""
        id, repository = self._find(request)
        if not isinstance(repository, Repository):
            return repository
        siblings = [self._sibling(repository, file) for file in sorted(repository.folder.rglob("*")) if file.is_file()]
        facts = {"id": id, "modelId": id, "sha": COMMIT, "private": repository.private, "siblings": siblings}
        gated = "manual" if repository.gated else False
        return JSONResponse(facts | {"gated": gated, "cardData": {"license": repository.licence}, "tags": []})

    async def send(self, request: Request) -> Response:
        """A file or the rest of it."""
        _, repository = self._find(request)
        if not isinstance(repository, Repository):
            return repository
        if repository.gated and request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(403, "GatedRepo", "Access to this model is restricted.")
        name = request.path_params["file"]
        file = repository.folder / name
        if not file.is_file():
            return refusal(404, "EntryNotFound", "Entry not found")
        content = bytearray(file.read_bytes())
        if name in repository.corrupt:
            content[-1] ^= 1
        headers = {"etag": f'"{name}"', "x-repo-commit": COMMIT}
        start, status = 0, 200
        if asked := request.headers.get("range"):
            repository.ranges.append(f"{name} {asked}")
            if not repository.without_ranges:
                start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
                if start >= len(content):
                    return Response(status_code=416, headers={"content-range": f"bytes */{len(content)}"})
                headers["content-range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        rest = bytes(content[start:])
        headers["content-length"] = str(len(rest))
        return StreamingResponse(self._pieces(repository, rest), status, headers)

    async def _pieces(self, repository: Repository, content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), PIECE):
            if repository.cuts and repository.cut_after <= start:
                repository.cuts -= 1
                raise ConnectionAbortedError
            await asyncio.sleep(repository.pause)
            yield content[start : start + PIECE]

    def _find(self, request: Request) -> tuple[str, Repository | Response]:
        self.requests.append(request.url.path)
        self.headers.append(request.headers)
        id = f"{request.path_params['owner']}/{request.path_params['name']}"
        repository = self.repositories.get(id)
        hidden = repository and repository.private and request.headers.get("authorization") != f"Bearer {TOKEN}"
        if repository is None or hidden:
            return id, refusal(401, "RepoNotFound", "Invalid username or password.")
        return id, repository

    def _sibling(self, repository: Repository, file: Path) -> dict[str, Any]:
        name = file.relative_to(repository.folder).as_posix()
        size = repository.announced.get(name, file.stat().st_size)
        found: dict[str, Any] = {"rfilename": name, "size": size, "blobId": name}
        if file.suffix in (".safetensors", ".bin"):
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
            found["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 100}
        return found


def refusal(status: int, code: str, message: str) -> Response:
    """An answer as the Hub refuses."""
    return JSONResponse({"error": message}, status, {"x-error-code": code, "x-error-message": message})


@contextmanager
def serve() -> Iterator[LoopbackHub]:
    """A hub that runs until the block ends."""
    hub = LoopbackHub()
    server = uvicorn.Server(uvicorn.Config(hub.app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    hub.endpoint = f"http://127.0.0.1:{port}"
    try:
        yield hub
    finally:
        server.should_exit = True
        thread.join(10)
