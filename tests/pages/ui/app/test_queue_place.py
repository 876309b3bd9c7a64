from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pages.ui.app import queue_place
from pages.ui.app.queue_place import QueuePlace


@pytest.fixture
def spinners(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is shown now."""
    shown: list[str] = []

    @contextmanager
    def spinner(text: str) -> Iterator[None]:
        shown.append(text)
        yield
        shown.remove(text)

    monkeypatch.setattr(queue_place.st, "spinner", spinner)
    return shown


def test_the_place_is_shown_while_there_is_one(spinners: list[str]) -> None:
    place = QueuePlace()
    place(1_234)
    assert spinners == ["You are number 1,234 in the queue"]
    place(2)
    assert spinners == ["You are number 1,234 in the queue", "You are number 2 in the queue"]
    place(2)
    assert spinners == ["You are number 2 in the queue"]
    place(1)
    place(0)
    assert spinners == []
