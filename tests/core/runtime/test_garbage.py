"""What is frozen is left alone by collections, and goes all the same once nobody holds it."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from core.runtime import garbage
from core.runtime.local import LocalEngine

PATIENCE = 20  # seconds after which a test that hangs fails


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """No other test finds frozen objects."""
    yield
    gc.enable()
    gc.unfreeze()


class Knot:
    """An object that only a collection can give back."""

    def __init__(self) -> None:
        self.itself = self


def test_a_collection_does_not_walk_what_is_frozen() -> None:
    garbage.freeze()
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10


def test_the_weights_of_a_frozen_model_go_with_it(tiny_engine: LocalEngine) -> None:
    engine = LocalEngine(tiny_engine.settings, tiny_engine.catalog)
    for row in engine.catalog:
        with engine.lease(row.id) as model:
            tensors = (*model.model.parameters(), *model.plain_encoder.parameters())
            weights = [weakref.ref(tensor) for tensor in tensors]
        del model, tensors
        garbage.freeze()
        gc.disable()  # whatever goes now goes because nobody holds it
        assert engine.unload(row.id)
        assert not [one for one in weights if one() is not None], row.id
        gc.enable()


def test_a_frozen_knot_is_undone_at_the_next_freeze() -> None:
    knot = Knot()
    seen = weakref.ref(knot)
    garbage.freeze()
    del knot
    gc.collect()
    assert seen() is not None
    garbage.freeze()
    assert seen() is None


def test_a_change_is_followed_by_a_freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = threading.Event()
    monkeypatch.setattr(garbage, "freeze", frozen.set)
    freezer = garbage.Freezer(round_s=10 * PATIENCE, settle_s=0)
    freezer.changed()
    assert frozen.wait(PATIENCE)
    freezer.stop()


def test_without_a_change_a_freeze_comes_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = threading.Event()
    monkeypatch.setattr(garbage, "freeze", frozen.set)
    freezer = garbage.Freezer(round_s=0.01, settle_s=0)
    assert frozen.wait(PATIENCE)
    freezer.stop()  # or it would collect garbage beside every test that follows
