import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

import pytest
import torch

from core.errors import CapacityError, ModelLoadError
from core.models.model import LoadedModel, ModelKey
from core.models.store import ModelStore

PATIENCE = 20  # seconds after which a test that hangs fails
MB = 1_000_000


@dataclass
class FakeModel:
    """A model that takes `storages`: bytes by address."""

    key: ModelKey
    sizes: dict[int, int]

    def storages(self) -> dict[int, int]:
        return self.sizes


class Loads:
    """Loads fake models of `size` bytes and counts; `shared` bytes of each are one storage."""

    def __init__(self, size: int = 40 * MB, shared: int = 0) -> None:
        self.size, self.shared = size, shared
        self.keys: list[str] = []

    def __call__(self, key: ModelKey) -> LoadedModel:
        self.keys.append(key.checkpoint)
        sizes = {hash(key.checkpoint): self.size}
        return cast(LoadedModel, FakeModel(key, sizes | ({1: self.shared} if self.shared else {})))


def key(name: str, **fields: Any) -> ModelKey:
    values = {"revision": "1", "head": "encoder", "dtype": torch.float32, "device": torch.device("cpu")} | fields
    return ModelKey(name, **values)


def touch(store: ModelStore, name: str, load: Callable[[ModelKey], LoadedModel], size: int = 40 * MB) -> None:
    with store.lease(key(name), load, size):
        pass


def loaded(store: ModelStore) -> list[str]:
    return [found.checkpoint for found in store.loaded()]


def test_a_loaded_model_is_not_loaded_again() -> None:
    store, load = ModelStore(100 * MB), Loads()
    with store.lease(key("a"), load, load.size) as first, store.lease(key("a"), load, load.size) as second:
        assert first is second
    touch(store, "a", load)
    assert load.keys == ["a"]


@pytest.mark.parametrize(
    "other", [{"revision": "2"}, {"head": "masked-lm"}, {"dtype": torch.bfloat16}, {"device": torch.device("meta")}]
)
def test_every_part_of_the_key_tells_models_apart(other: dict[str, Any]) -> None:
    store, load = ModelStore(100 * MB), Loads()
    with store.lease(key("a"), load, 1) as first, store.lease(key("a", **other), load, 1) as second:
        assert first is not second


def test_the_least_recently_used_leaves_first() -> None:
    store, load = ModelStore(100 * MB), Loads()
    for name in "aba":
        touch(store, name, load)
    touch(store, "c", load)
    assert loaded(store) == ["a", "c"]
    touch(store, "d", load)
    assert loaded(store) == ["c", "d"]


def test_only_as_many_leave_as_need_be() -> None:
    store, load = ModelStore(130 * MB), Loads()
    for name in "abc":
        touch(store, name, load)
    assert loaded(store) == ["a", "b", "c"]
    touch(store, "d", load)
    assert loaded(store) == ["b", "c", "d"]


def test_reserved_bytes_are_no_room_for_models() -> None:
    store, load = ModelStore(100 * MB, wait_for_idle=0.05), Loads()
    touch(store, "a", load)
    touch(store, "b", load)
    with store.reserve(50 * MB):
        assert loaded(store) == ["b"]
        assert store.used_bytes() == 90 * MB
        with store.lease(key("b"), load, load.size), pytest.raises(CapacityError):
            touch(store, "c", load)
    touch(store, "c", load)
    assert loaded(store) == ["b", "c"]


def test_what_is_in_use_is_no_room_to_reserve() -> None:
    store, load = ModelStore(100 * MB, wait_for_idle=0.05), Loads()
    with store.lease(key("a"), load, load.size), pytest.raises(CapacityError), store.reserve(70 * MB):
        pass
    assert store.used_bytes() == 40 * MB


def test_nothing_of_a_checkpoint_goes_while_a_part_of_it_is_in_use() -> None:
    store, load = ModelStore(100 * MB), Loads()
    with store.lease(key("a"), load, 1), store.lease(key("a", dtype=torch.bfloat16), load, 1):
        pass
    with store.lease(key("a"), load, 1):
        assert not store.unload("a")
        assert loaded(store) == ["a", "a"]
    assert store.unload("a")
    assert not loaded(store)


def test_a_model_in_use_never_leaves() -> None:
    store, load = ModelStore(100 * MB), Loads()
    with store.lease(key("a"), load, load.size):
        for name in "bcd":
            touch(store, name, load)
        assert loaded(store) == ["a", "d"]


def test_a_model_in_use_is_not_unloaded() -> None:
    store, load = ModelStore(100 * MB), Loads()
    with store.lease(key("a"), load, load.size):
        assert not store.unload("a")
        assert loaded(store) == ["a"]
    assert store.unload("a")
    assert loaded(store) == [] and store.used_bytes() == 0
    assert not store.unload("a"), "gone already"


def test_two_leases_of_one_model_both_keep_it() -> None:
    store, load = ModelStore(50 * MB, wait_for_idle=0), Loads()
    with ExitStack() as first, store.lease(key("a"), load, load.size):
        first.enter_context(store.lease(key("a"), load, load.size))
        first.close()
        with pytest.raises(CapacityError):
            touch(store, "b", load)
        assert loaded(store) == ["a"]


def test_a_lease_ends_with_an_exception_too() -> None:
    store, load = ModelStore(50 * MB, wait_for_idle=0), Loads()
    with pytest.raises(KeyError), store.lease(key("a"), load, load.size):
        raise KeyError
    touch(store, "b", load)
    assert loaded(store) == ["b"]


def test_too_big_for_the_budget_says_both_numbers() -> None:
    store, load = ModelStore(100 * MB), Loads()
    touch(store, "a", load)
    with pytest.raises(CapacityError) as caught:
        touch(store, "b", load, 1_234 * MB)
    assert "1,234 MB" in caught.value.message
    assert "100 MB" in caught.value.message
    assert "PLAYGROUND_MEMORY_MB" in caught.value.hint
    assert (loaded(store), load.keys) == (["a"], ["a"])


def test_no_room_beside_models_in_use_says_both_numbers() -> None:
    store, load = ModelStore(100 * MB, wait_for_idle=0), Loads(60 * MB)
    with store.lease(key("a"), load, load.size), pytest.raises(CapacityError) as caught:
        touch(store, "b", load, 70 * MB)
    assert "70 MB" in caught.value.message
    assert "40 MB" in caught.value.message
    touch(store, "b", load, 70 * MB)
    assert loaded(store) == ["b"]


def test_a_load_waits_until_a_model_in_use_is_given_back() -> None:
    store, load = ModelStore(50 * MB, wait_for_idle=PATIENCE), Loads()
    with store.lease(key("a"), load, load.size):
        other = threading.Thread(target=touch, args=(store, "b", load))
        other.start()
    other.join(PATIENCE)
    assert loaded(store) == ["b"]


def started(store: ModelStore, want: Callable[[], object]) -> threading.Thread:
    """A thread that waits for room for a model."""
    thread = threading.Thread(target=want)
    thread.start()
    while not store._drained_at:
        time.sleep(0.001)
    return thread


def test_a_load_that_waits_comes_before_those_who_want_what_is_in_use() -> None:
    store, load = ModelStore(50 * MB, wait_for_idle=PATIENCE), Loads()
    with store.lease(key("a"), load, load.size):
        waiting = started(store, lambda: touch(store, "b", load))
        later = threading.Thread(target=touch, args=(store, "a", load))
        later.start()
    waiting.join(PATIENCE)
    later.join(PATIENCE)
    assert load.keys == ["a", "b", "a"]


def test_who_has_a_model_gets_it_again_though_a_load_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.store.DRAIN", 0.1)
    store, load = ModelStore(50 * MB, wait_for_idle=PATIENCE), Loads()
    with store.lease(key("a"), load, load.size) as first:
        waiting = started(store, lambda: touch(store, "b", load))
        with store.lease(key("a"), load, load.size) as second:
            assert first is second
    waiting.join(PATIENCE)
    assert loaded(store) == ["b"]


def test_shared_storages_count_once() -> None:
    store, load = ModelStore(200 * MB), Loads(10 * MB, shared=50 * MB)
    touch(store, "a", load)
    assert store.used_bytes() == 60 * MB
    assert store.loaded() == {key("a"): 60 * MB}
    touch(store, "b", load)
    assert store.used_bytes() == 70 * MB
    assert store.loaded() == {key("a"): 10 * MB, key("b"): 10 * MB}


def test_threads_that_want_one_model_share_one_load() -> None:
    store, found = ModelStore(100 * MB), []
    second_load, start = threading.Event(), threading.Barrier(8)

    def load(wanted: ModelKey) -> LoadedModel:
        if found:
            second_load.set()
        found.append(wanted)
        second_load.wait(0.1)  # gives a second load, which must not come, the time to come
        return cast(LoadedModel, FakeModel(wanted, {2: 40 * MB}))

    def want() -> None:
        start.wait(PATIENCE)
        touch(store, "a", load)

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(found) == 1


def test_a_loaded_model_can_be_had_while_another_loads() -> None:
    store, load = ModelStore(100 * MB), Loads()
    touch(store, "a", load)
    entered, released = threading.Event(), threading.Event()

    def slow(wanted: ModelKey) -> LoadedModel:
        entered.set()
        assert released.wait(PATIENCE)
        return load(wanted)

    other = threading.Thread(target=touch, args=(store, "b", slow))
    other.start()
    assert entered.wait(PATIENCE)
    touch(store, "a", load)
    assert store.used_bytes() == 40 * MB
    released.set()
    other.join(PATIENCE)
    assert loaded(store) == ["a", "b"]


def test_a_failed_load_leaves_the_store_usable() -> None:
    def fail(wanted: ModelKey) -> LoadedModel:
        raise ModelLoadError("no such file")

    store, load = ModelStore(50 * MB, wait_for_idle=0), Loads()
    with pytest.raises(ModelLoadError):
        touch(store, "a", fail)
    assert loaded(store) == []
    touch(store, "a", load)
    touch(store, "b", load)
    assert loaded(store) == ["b"]


def test_it_tells_when_a_model_has_come_or_gone() -> None:
    changes: list[int] = []
    store, load = ModelStore(50 * MB, on_change=lambda: changes.append(len(loaded(store)))), Loads()
    touch(store, "a", load)
    touch(store, "a", load)  # there already
    touch(store, "b", load)  # in the place of a
    store.unload("b")
    store.unload("b")  # gone already
    assert changes == [1, 1, 0]
