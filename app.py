"""The server: the Streamlit app over pages/ui/app/router.py, its middleware, the warm-up thread and /api."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from core.first_answers import first_answers
from core.settings import Settings, exit_on_nonsense, load_settings
from pages.ui.app import engine, served_html
from pages.ui.app.api import ROUTES
from pages.ui.app.arriving import UploadsToDisk
from pages.ui.app.departures import forget_departed
from pages.ui.app.headers import SecurityHeaders
from pages.ui.app.served_html import ServedHtml


def settings() -> Settings:
    """The operator's settings. A graphics card that is asked for by name is looked for at once, since a page could only
    say that it is not there."""
    found = load_settings()
    if found.device.startswith("cuda"):
        importlib.import_module("core.models.precision").resolve_device(found)  # imports torch: seconds
    return found


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Starts the warm-up with the server, so that torch loads while the first visitor still reads what is kept, and the
    check for visits that have ended."""
    first_answers()
    engine.warm_up()
    looking = asyncio.create_task(forget_departed())
    yield
    looking.cancel()


with exit_on_nonsense():
    SETTINGS = settings()

app = st.App(
    Path(__file__).parent / "pages" / "ui" / "app" / "router.py",
    lifespan=lifespan,
    routes=[*ROUTES, *served_html.ROUTES],
    middleware=[
        Middleware(SecurityHeaders, frames=SETTINGS.frames),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(ServedHtml, base_path=st.get_option("server.baseUrlPath") or ""),
        Middleware(UploadsToDisk),
    ],
)
