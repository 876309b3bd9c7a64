"""What programs ask the server: whether it is ready, and how it is doing. Nothing of a visitor's is in it."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import runtime
from streamlit.runtime.stats import GaugeStat

from pages.ui.app import engine

SESSIONS = "active_sessions"  # what Streamlit calls them among its own numbers


async def health(_: Request) -> JSONResponse:
    """Whether the engine is ready, and which checkpoints of everybody's are loaded."""
    ready = engine.playground()
    loaded = [row.id for row in ready.of().engine.status().checkpoints if row.loaded] if ready else []
    return JSONResponse({"status": "ready" if ready else "starting", "loaded": loaded})


async def metrics(_: Request) -> Response:
    """The engine's numbers and those of the sessions, as Prometheus reads them."""
    registry = CollectorRegistry()
    ready = engine.playground()
    Gauge("playground_ready", "Whether the engine has started.", registry=registry).set(ready is not None)
    Gauge("playground_sessions", "Open pages in browsers.", registry=registry).set(sessions())
    text = generate_latest(registry).decode() + (ready.metrics() if ready else "")
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def sessions() -> int:
    """Pages that are open in browsers now."""
    if not runtime.exists():
        return 0
    stats = runtime.get_instance().stats_mgr.get_stats([SESSIONS])
    return sum(one.value for one in stats.get(SESSIONS, ()) if isinstance(one, GaugeStat))


ROUTES = [Route("/api/health", health), Route("/api/metrics", metrics)]
