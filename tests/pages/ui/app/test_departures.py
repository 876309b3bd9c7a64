from typing import Any
from unittest.mock import Mock

from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.ui.app.departures import forget


def keep(storage: MemorySessionStorage) -> Any:
    """Has it keep a visit whose connection is gone."""
    session = Mock(id="gone")
    storage.save(SessionInfo(client=None, session=session))
    return session


def test_a_visit_that_cannot_come_back_is_ended() -> None:
    session = keep(storage := MemorySessionStorage(ttl_seconds=0))
    session.shutdown.assert_not_called()  # Streamlit alone would wait until somebody else comes or goes
    forget(storage)
    session.shutdown.assert_called_once()
    session.session_state.clear.assert_called_once()


def test_one_that_may_come_back_is_kept() -> None:
    session = keep(storage := MemorySessionStorage(ttl_seconds=120))
    forget(storage)
    session.shutdown.assert_not_called()
    assert storage.get("gone")


def test_streamlit_keeps_them_where_they_are_looked_for() -> None:
    manager = WebsocketSessionManager(MemorySessionStorage(), *[None] * 3)  # type: ignore[arg-type]
    assert isinstance(manager._session_storage, MemorySessionStorage)
