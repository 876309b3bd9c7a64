"""The headers that keep browsers from guessing, telling and framing."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAME_ANCESTORS = {"any": "*", "same": "'self'", "none": "'none'"}


class SecurityHeaders:
    """Middleware: every answer, files included, says that its type is not to be guessed, that other sites are not told
    the address (which holds texts), and who may show it in a frame."""

    def __init__(self, app: ASGIApp, frames: str) -> None:
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Content-Security-Policy": f"frame-ancestors {FRAME_ANCESTORS[frames]}",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of the app inside, with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
