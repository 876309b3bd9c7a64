"""Visits that have ended.

Streamlit keeps each for two minutes, for a browser whose connection broke off, but forgets it only when another begins
or ends: until then its tables and its answers would stay in memory. Jobs go on without it.
"""

import asyncio
from typing import Any, cast

from streamlit import runtime
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

EVERY_S = 15


async def forget_departed() -> None:
    """Forgets them for ever, in the loop of the server, where Streamlit keeps them."""
    while True:
        await asyncio.sleep(EVERY_S)
        if runtime.exists():
            manager: Any = runtime.get_instance()._session_mgr  # Streamlit has no other way to them
            forget(manager._session_storage)


def forget(storage: MemorySessionStorage) -> None:
    """Ends those that are too old to come back, as Streamlit does later."""
    for _, visit in cast(TTLCache[str, SessionInfo], storage._cache).expire():
        visit.session.shutdown()
        visit.session.session_state.clear()  # Streamlit's own loop keeps the last visit until the next
