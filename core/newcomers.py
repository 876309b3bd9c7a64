"""Checkpoints that come while the engine runs: from the Hub, from the operator's folder, or from a visitor's disk."""

import copy
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import torch

from core.allowance import Allowance
from core.catalog import Catalog, Checkpoint
from core.errors import BusyError, CapacityError, ModelLoadError, PlaygroundError, UntrainedHeadError
from core.hub.catalog import known_checkpoints
from core.hub.client import ID_HINT, Hub, clean_id
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.hub.shelf import rows_here
from core.own_checkpoints import folders_offered, private_id, read_folder, unpack
from core.settings import Settings
from core.store import ModelStore
from core.uploads import Uploads


class LocalNewcomers:
    """Judges them, gets them here and takes them into the catalogue; `load` loads the one of a row."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        store: ModelStore,
        dtype: torch.dtype,
        load: Callable[[Checkpoint], None],
        allowance: Allowance,
    ) -> None:
        self.settings, self.catalog, self.store, self.dtype, self._load = settings, catalog, store, dtype, load
        self.allowance = allowance
        self.hub = Hub(settings.cache_folder / "models")
        self.uploads = Uploads(settings.uploads_mb * 1_000_000)
        self._admitting = threading.Lock()
        bundled = {row.id for row in catalog}
        for row in (*rows_here(self.hub.folder), *folders_offered(settings.local_folder)):
            if row.id not in bundled:
                catalog.add(row)

    def of(self, visitor: str) -> "LocalNewcomers":
        """The same for a visitor, to whom belongs what they upload."""
        one = copy.copy(self)
        one.catalog = self.catalog.of(visitor)
        return one

    def read_offer(self, id: str) -> Offer:
        """What an id of the Hub offers; fetches no weights. ModelLoadError or CapacityError if it cannot be used."""
        if self.settings.hub == "off":
            raise ModelLoadError("The Hub is switched off here.", "Take one of the checkpoints that are ready.")
        known = clean_id(id) in known_checkpoints()
        if self.settings.hub == "catalog" and not known:
            raise ModelLoadError("Only checkpoints of the catalogue can be fetched here.", "Choose one of the list.")
        offer = self.hub.read(id, pytorch=known or self.settings.pytorch_files)
        if offer.id in {row.id for row in self.catalog if row.source != "hub"}:
            raise ModelLoadError(f"“{offer.id}” is the name of a checkpoint that came with this playground.", ID_HINT)
        self.store.check(offer.parameters * self.dtype.itemsize)
        return offer

    def fetch(self, offer: Offer) -> Fetch:
        """Starts to fetch it; at the end it is a checkpoint like the others."""
        return Fetch(offer, self._fetch_files, self.admit)

    def _fetch_files(self, offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Path:
        with self.allowance.job(self.catalog.visitor):
            return self.hub.fetch(offer, count, stopped)

    def take(self, name: str, archive: BinaryIO) -> Checkpoint:
        """Takes in a zipped checkpoint that a visitor uploaded, for that visitor alone; older uploads make room."""
        assert self.catalog.visitor, "an upload belongs to somebody: ask the engine of a visitor"
        id = private_id(name)
        folder = self.uploads.folder(id)
        try:
            unpack(name, archive, folder, most_bytes=min(self.store.budget_bytes, self.uploads.budget_bytes))
            row = read_folder(folder, id, pytorch=self.settings.pytorch_files)
            with self._admitting:  # so that none is forgotten before its first load
                self._make_room_among_own(id)
                self.uploads.keep(id, {key.checkpoint for key in self.store.loaded()}, self._forget)
                return self.admit(replace(row, owner=self.catalog.visitor, name=Path(name).stem[:40] or id))
        except PlaygroundError:
            self.uploads.drop(id)
            raise

    def _make_room_among_own(self, id: str) -> None:
        """Lets the visitor's oldest uploads go until a new one is within what one visitor may have."""
        own, size = [row.id for row in self.catalog if row.owner], self.uploads.size(id)
        most, most_bytes = self.settings.visitor_uploads, self.settings.visitor_uploads_mb * 1_000_000
        if 0 < most_bytes < size:
            message = f"The upload takes {size / 1e6:,.0f} MB; one visitor may keep {most_bytes / 1e6:,.0f} MB."
            raise CapacityError(message, "Upload a smaller checkpoint, or raise PLAYGROUND_VISITOR_UPLOADS_MB.")

        def too_many() -> bool:
            bytes_of_all = size + sum(map(self.uploads.size, own))
            return 0 < most <= len(own) or 0 < most_bytes < bytes_of_all

        for oldest in tuple(own):
            if too_many() and self._forget(oldest):
                self.uploads.drop(oldest)
                own.remove(oldest)
        if too_many():
            raise BusyError("Your earlier uploads are in use and leave no room for another.", "Try again later.")

    def _forget(self, checkpoint: str) -> bool:
        """Takes a checkpoint out of the catalogue and the memory; false if it is in use."""
        loaded = checkpoint in {key.checkpoint for key in self.store.loaded()}
        if loaded and not self.store.unload(checkpoint):
            return False
        self.catalog.remove(checkpoint)
        return True

    def admit(self, row: Checkpoint) -> Checkpoint:
        """Takes a checkpoint in after loading it once; without its head if that turns out untrained."""
        self.catalog.add(row)
        try:
            self._load(row)
        except UntrainedHeadError as e:
            row = replace(row, head="encoder", note=e.message)
            self.catalog.add(row)
            self._load(row)
        except PlaygroundError:
            self.catalog.remove(row.id)
            raise
        return row
