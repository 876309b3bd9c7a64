"""Loaded models under a budget in bytes: least recently used leave first, those in use never."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.errors import CapacityError
from core.models.model import LoadedModel, ModelKey

Load = Callable[[ModelKey], LoadedModel]

WAIT_FOR_IDLE = 60.0  # seconds a load waits for models in use to be given back
DRAIN = 2.0  # of these, seconds in which nobody else gets a model, since those always wanted would never be idle


@dataclass
class _Entry:
    model: LoadedModel
    leases: int = 0
    storages: dict[int, int] = field(init=False)  # bytes by address; finding them walks all modules of the model

    def __post_init__(self) -> None:
        self.storages = self.model.storages()


class ModelStore:
    """Leases of loaded models. Each storage counts once, however many models share it.

    One load runs at a time, and threads that want the same model wait for the one load of it.
    """

    def __init__(
        self,
        budget_bytes: int,
        *,
        wait_for_idle: float = WAIT_FOR_IDLE,
        on_change: Callable[[], None] = lambda: None,  # called when a model has come or gone; must return at once
    ) -> None:
        self.budget_bytes = budget_bytes
        self._on_change = on_change
        self.loads = self.evictions = 0  # since the start
        self._wait_for_idle = wait_for_idle
        self._entries: OrderedDict[ModelKey, _Entry] = OrderedDict()  # least recently used first
        self._changed = threading.Condition()
        self._loading = threading.Lock()
        self._reserved = 0  # bytes
        self._drained_at = 0.0  # until then leases wait for a load

    @contextmanager
    def lease(self, key: ModelKey, load: Load, expected_bytes: int) -> Iterator[LoadedModel]:
        """The model of `key`, safe from eviction until the block ends.

        Loads it if need be after making room for `expected_bytes`; CapacityError if that much cannot be had.
        """
        entry = self._take(key) or self._load(key, load, expected_bytes)
        try:
            yield entry.model
        finally:
            with self._changed:
                entry.leases -= 1
                self._changed.notify_all()

    @contextmanager
    def reserve(self, needed: int) -> Iterator[None]:
        """Keeps so many bytes of the budget for something else than loaded models, such as a training, until the block
        ends. Idle models make room; CapacityError if that much cannot be had."""
        with self._loading:
            self._make_room(needed)
            with self._changed:
                self._reserved += needed
        self._on_change()
        try:
            yield
        finally:
            with self._changed:
                self._reserved -= needed
                self._changed.notify_all()

    def unload(self, checkpoint: str) -> bool:
        """Gives back the memory of a checkpoint; false if it is in use or not loaded."""
        with self._changed:
            found = {key: entry for key, entry in self._entries.items() if key.checkpoint == checkpoint}
            idle = bool(found) and not any(entry.leases for entry in found.values())
            if idle:
                for key in found:
                    del self._entries[key]
        if idle:
            self._on_change()
        return idle

    def used_bytes(self) -> int:
        """Bytes of all loaded weights, and those that are reserved."""
        with self._changed:
            return self._used()

    def loaded(self) -> dict[ModelKey, int]:
        """For each loaded model the bytes that no other shares: what unloading it would free."""
        with self._changed:
            shared = Counter(address for entry in self._entries.values() for address in entry.storages)
            return {
                key: sum(size for address, size in entry.storages.items() if shared[address] == 1)
                for key, entry in self._entries.items()
            }

    def _take(self, key: ModelKey) -> _Entry | None:
        with self._changed:
            while (left := self._drained_at - time.monotonic()) > 0:
                self._changed.wait(left)
            if entry := self._entries.get(key):
                self._entries.move_to_end(key)
                entry.leases += 1
            return entry

    def _load(self, key: ModelKey, load: Load, expected_bytes: int) -> _Entry:
        with self._loading:
            if entry := self._take(key):  # another thread loaded it while this one waited
                return entry
            self._make_room(expected_bytes)
            entry = _Entry(load(key), leases=1)
            with self._changed:
                self._entries[key] = entry
                self.loads += 1
            self._on_change()
            return entry

    def _make_room(self, needed: int) -> None:
        began = time.monotonic()
        with self._changed:
            self.check(needed)
            try:
                while (free := self.budget_bytes - self._used()) < needed:
                    idle = next((k for k, e in self._entries.items() if not e.leases), None)
                    if idle is not None:
                        del self._entries[idle]
                        self.evictions += 1
                        continue
                    self._drained_at = began + min(DRAIN, self._wait_for_idle)
                    if not self._changed.wait(began + self._wait_for_idle - time.monotonic()):
                        raise self._too_big(needed, free)
            finally:
                self._drained_at = 0.0
                self._changed.notify_all()

    def check(self, needed: int) -> None:
        """CapacityError if so many bytes could never be had."""
        if needed > self.budget_bytes:
            raise self._too_big(needed, self.budget_bytes)

    def _too_big(self, needed: int, available: int) -> CapacityError:
        free = max(available, 0) / 1e6
        message = f"The model needs {needed / 1e6:,.0f} MB; {free:,.0f} MB of memory are free for models."
        return CapacityError(message, "Choose a smaller model, or raise PLAYGROUND_MEMORY_MB.")

    def _used(self) -> int:
        storages = {address: size for entry in self._entries.values() for address, size in entry.storages.items()}
        return self._reserved + sum(storages.values())
