"""What is said before a training starts (before.py): which of a visitor's own models make room."""

from dataclasses import replace

import pytest

from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.settings import Settings
from pages.ui.views.training import before


@pytest.mark.parametrize(
    ("own", "models", "gone"), [(0, 2, ""), (3, 1, ""), (4, 1, ""), (5, 1, "“0”"), (4, 3, "“0”, “1”")]
)
def test_the_oldest_models_make_room(monkeypatch: pytest.MonkeyPatch, own: int, models: int, gone: str) -> None:
    row = load_catalog()["mini-bert"]
    mine: list[Checkpoint] = [replace(row, id=f"mine-{n}", name=str(n), owner="me") for n in range(own)]
    monkeypatch.setattr(before.library, "catalog", lambda: Catalog((row, *mine)).of("me"))
    monkeypatch.setattr(before, "load_settings", lambda: Settings(visitor_uploads=5))
    told = [one.message for one in before.making_room(models)]
    assert [line.partition(" will be deleted")[0] for line in told] == ([gone] if gone else [])
