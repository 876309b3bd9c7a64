"""A hub on this machine for all tests of the Hub, emptied for each."""

from collections.abc import Iterator

import pytest

from tests.loopback_hub import LoopbackHub, serve


@pytest.fixture(scope="session")
def served() -> Iterator[LoopbackHub]:
    with serve() as hub:
        yield hub


@pytest.fixture
def loopback(served: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackHub:
    """The hub without repositories; the client may reach it, without a token."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    served.repositories.clear()
    served.requests.clear()
    served.headers.clear()
    return served
