"""A visitor without a browser: speaks Streamlit's websocket protocol as one tab does, and knows what it would show."""

import asyncio
import os
import time
from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_S = 120  # that a visitor waits for a page
FULL_RUNS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
FRAGMENT_RUN = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@dataclass(frozen=True)
class Drawn:
    """An element on the page: its kind in the protocol, the fragment it belongs to if any, the run that sent it."""

    kind: str
    element: Any
    fragment: str
    run: int


@dataclass
class Visitor:
    """One tab of the server at `port`; used as `async with Visitor(port) as one`."""

    port: int
    drawn: dict[tuple[int, ...], Drawn] = field(default_factory=dict)  # by their place on the page
    received: int = 0  # bytes
    _pages: dict[str, str] = field(default_factory=dict)  # address to the hash of the page's script
    _page: str = ""
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _run: int = 0
    _socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        url = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self._socket = await connect(url, subprotocols=["streamlit"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._socket
        await self._socket.close()

    async def open(self, page: str = "", query: str = "") -> float:
        """Goes to the page of that address, with what a link says behind it; the seconds until all of it was there."""
        self._states = {}
        message = BackMsg()
        message.rerun_script.query_string = query
        if page in self._pages:
            self._page = message.rerun_script.page_script_hash = self._pages[page]
        else:
            message.rerun_script.page_name = page
        return await self._exchange(message)

    async def write(self, texts: dict[str, str]) -> float:
        """Puts texts into the boxes of these keys, as one change; the seconds until the page had followed."""
        boxes = [self.box(key) for key in texts]
        for box, text in zip(boxes, texts.values(), strict=True):
            self._states[box.element.id] = WidgetState(id=box.element.id, string_value=text)
        return await self._change(boxes[0].fragment)

    async def slide(self, key: str, number: int) -> float:
        """Puts the slider of that key on a number; the seconds until the page had followed."""
        sliders = [one for one in self.drawn.values() if one.kind == "slider"]
        chosen = next(one for one in sliders if one.element.id.endswith(f"-{key}"))
        value = DoubleArray(data=[number])
        self._states[chosen.element.id] = WidgetState(id=chosen.element.id, double_array_value=value)
        return await self._change(chosen.fragment)

    async def press(self, key: str) -> float:
        """Clicks the button of that key; the seconds until the page had followed."""
        buttons = [one for one in self.drawn.values() if one.kind == "button"]
        chosen = next(one for one in buttons if one.element.id.endswith(f"-{key}"))
        self._states[chosen.element.id] = WidgetState(id=chosen.element.id, trigger_value=True)
        try:
            return await self._change(chosen.fragment)
        finally:
            del self._states[chosen.element.id]

    async def unfold(self, key: str) -> float:
        """Opens the popover of that key; the seconds until its content was there."""
        popovers = [one for one in self.drawn.values() if one.kind == "block" and one.element.HasField("popover")]
        chosen = next(one for one in popovers if one.element.popover.id.endswith(f"-{key}"))
        id = chosen.element.popover.id
        self._states[id] = WidgetState(id=id, bool_value=True)
        return await self._change(chosen.fragment)

    async def _change(self, fragment: str) -> float:
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        return await self._exchange(message)

    def box(self, key: str) -> Drawn:
        """The text box of that key; an empty one takes any, on a page that has just one."""
        boxes = [one for one in self.drawn.values() if one.kind in ("text_input", "text_area")]
        return next(one for one in boxes if one.element.id.endswith(f"-{key}") or not key)

    def shown(self) -> str:
        """All that the page shows, as text."""
        return "\n".join(str(one.element) for one in self.drawn.values() if one.element is not None)

    def complaints(self) -> list[str]:
        """Tracebacks and error sentences on the page."""
        raised = [one.element.message for one in self.drawn.values() if one.kind == "exception"]
        bodies = [one.element.body for one in self.drawn.values() if one.kind == "html"]
        told = [body for body in bodies if 'class="pg-callout pg-error"' in body]
        return raised + told

    async def _exchange(self, message: BackMsg) -> float:
        assert self._socket
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_S):
            while not self._take(ForwardMsg.FromString(await self._receive())):
                pass
        return time.perf_counter() - began

    async def _receive(self) -> bytes:
        assert self._socket
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        self.received += len(data)
        return data

    def _take(self, message: ForwardMsg) -> bool:
        """Draws what a message brings; whether it was the last of its run."""
        match message.WhichOneof("type"):
            case "new_session":
                self._run += 1
                self._page = message.new_session.page_script_hash or self._page
            case "navigation":
                self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash or self._page
            case "delta":
                self._draw(tuple(message.metadata.delta_path), message.delta)
            case "script_finished":
                return self._finish(message.script_finished)
        return False

    def _draw(self, place: tuple[int, ...], delta: Any) -> None:
        kind, element = "block", delta.add_block
        if delta.WhichOneof("type") == "new_element":
            kind = delta.new_element.WhichOneof("type") or "empty"
            element = getattr(delta.new_element, kind)
        self.drawn[place] = Drawn(kind, element, delta.fragment_id, self._run)

    def _finish(self, status: int) -> bool:
        """Clears away what the run did not draw again: of the whole page, or of the part that ran."""
        if status in FULL_RUNS:
            self.drawn = {place: one for place, one in self.drawn.items() if one.run == self._run}
        elif status == FRAGMENT_RUN:
            inside = os.path.commonprefix([place for place, one in self.drawn.items() if one.run == self._run])
            stays = {p: one for p, one in self.drawn.items() if one.run == self._run or p[: len(inside)] != inside}
            self.drawn = stays
        return status in (*FULL_RUNS, FRAGMENT_RUN)
