"""Checkpoints that come while the engine runs: from the Hub, from the operator's folder, or from a visitor's disk."""

import copy
import shutil
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import torch

from core.checkpoints.cards import DevScore, card_file, read_scores, read_text
from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.known import Facts, KnownCheckpoint, known_checkpoints
from core.checkpoints.own import folders_offered, private_id, read_folder
from core.checkpoints.uploads import Uploads
from core.checkpoints.weights import folder_of
from core.errors import BusyError, CapacityError, ModelLoadError, UntrainedHeadError
from core.hub.archive import packed, unpack
from core.hub.client import ID_HINT, Hub, clean_id
from core.hub.facts import read_facts
from core.hub.offer import Offer
from core.hub.shelf import checkpoint_of, record, rows_here
from core.hub.strict import check
from core.models.store import ModelStore
from core.runtime.allowance import Allowance
from core.settings import Settings
from core.training.adapters import ADAPTER

LONGEST_FIRST_LOAD = 60.0  # seconds
NO_UPLOADS = "Uploads of models are switched off here."
UNPACKED_AT_ONCE = 2  # uploads; what is being unpacked does not count to the budget of the disk yet


class LocalLibrary:
    """Judges them, gets them here and takes them into the catalogue; `try_` loads the one of a row and questions it."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        store: ModelStore,
        dtype: torch.dtype,
        try_: Callable[[Checkpoint], None],
        allowance: Allowance,
    ) -> None:
        self.settings, self.catalog, self.store, self.dtype, self._try = settings, catalog, store, dtype, try_
        self.allowance = allowance
        self.hub = Hub(settings.cache_folder / "models")
        self.uploads = Uploads(settings.uploads_mb * 1_000_000)
        self._admitting = threading.Lock()
        self._unpacking = threading.BoundedSemaphore(UNPACKED_AT_ONCE)
        bundled = {row.id for row in catalog}
        for row in (*rows_here(self.hub.folder), *folders_offered(settings.local_folder)):
            if row.id not in bundled:
                catalog.add(row)

    def of(self, visitor: str) -> "LocalLibrary":
        """The same for a visitor, to whom belongs what they upload."""
        one = copy.copy(self)
        one.catalog = self.catalog.of(visitor)
        return one

    def card(self, checkpoint: str) -> str:
        """The README.md beside the weights, without its front matter."""
        file = folder_of(self.catalog[checkpoint]) / "README.md"
        if not file.is_file():
            raise ModelLoadError(f"“{checkpoint}” has no model card.", "Restore README.md beside its weights.")
        return read_text(file)

    def scores(self, checkpoint: str) -> tuple[DevScore, ...]:
        """The dev scores in the front matter of its card."""
        return read_scores(card_file(self.catalog[checkpoint]))

    def facts(self, known: KnownCheckpoint) -> Facts:
        """What the configuration of a checkpoint of the Hub says; builds the architecture without its weights."""
        return read_facts(known)

    def read_offer(self, id: str) -> Offer:
        """What an id of the Hub offers; fetches no weights. ModelLoadError or CapacityError if it cannot be used."""
        if self.settings.hub == "off":
            raise ModelLoadError("The Hub is turned off here.", "Use one of the available models.")
        known = clean_id(id) in known_checkpoints()
        if self.settings.hub == "catalog" and not known:
            raise ModelLoadError("Only models from the catalogue can be downloaded here.", "Choose one from the list.")
        offer = self.hub.read(id, pytorch=known or self.settings.pytorch_files)
        if offer.id in {row.id for row in self.catalog if row.source != "hub"}:
            raise ModelLoadError(f"“{offer.id}” is the name of a model that came with this playground.", ID_HINT)
        self.store.check(offer.parameters * self.dtype.itemsize)
        return offer

    def fetch(self, offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Checkpoint:
        """Downloads an offer, `count` being told the bytes, and takes it in; then it is a checkpoint like the others.

        Raises core.jobs.Stopped. What has come stays on the disk, and the next download goes on with it.
        """
        with self.allowance.job(self.catalog.visitor):
            folder = self.hub.fetch(offer, count, stopped)
        row = self.admit(checkpoint_of(offer, folder))
        record(replace(offer, head=row.head), folder)
        return row

    def take(self, name: str, archive: BinaryIO) -> Checkpoint:
        """Takes in a zipped checkpoint that a visitor uploaded, for that visitor alone; older uploads make room.

        Whatever is wrong with it, nothing of it stays on the disk, in the memory or in the catalogue.
        """
        assert self.catalog.visitor, "an upload belongs to somebody: ask the engine of a visitor"
        if not self.settings.uploads:
            raise ModelLoadError(NO_UPLOADS, "Take one of the models that are ready.")
        id = private_id(name)
        folder = self.uploads.folder(id)
        row = None
        try:
            with self._unpacking:
                most_bytes = min(self.store.budget_bytes, self.uploads.budget_bytes)
                unpack(name, archive, folder, most_bytes=most_bytes)
                brought = read_folder(folder, id, pytorch=self.settings.pytorch_files)
                self._check(brought)  # before others make room for it
            row = self._keep_own(replace(brought, name=Path(name).stem[:40] or id))
            return row
        finally:
            if row is None:
                self.uploads.drop(id)

    def adopt(self, name: str, folder: Path, trained_from: str = "", how: str = "trained further here") -> Checkpoint:
        """Takes in a checkpoint that was trained here, from another one or from nothing, for this visitor alone;
        `how` says how it was made from the other one. `folder` is taken away. It counts as an upload: older ones make
        room."""
        assert self.catalog.visitor, "a trained checkpoint belongs to somebody: ask the engine of a visitor"
        origin = self.catalog[trained_from] if trained_from else None
        id = private_id(name)
        place = self.uploads.folder(id)
        row = None
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, place)
            found = replace(read_folder(place, id), name=name[:40] or id, summary="Pretrained here, from nothing.")
            if origin:
                summary = f"{origin.name}, {how}."
                found = replace(found, summary=summary, family=origin.family, licence=origin.licence)
            row = self._keep_own(replace(found, trained_from=trained_from))
            return row
        finally:
            if row is None:
                self.uploads.drop(id)

    def archive(self, checkpoint: str, *, adapter: bool = False) -> bytes:
        """The files of a checkpoint of this visitor's own as a ZIP archive, in a folder of its name; or those of the
        adapter that it learned."""
        row = self.catalog[checkpoint]
        if not row.owner:
            raise ModelLoadError(f"“{checkpoint}” is no model of your own.", "Its card says where it comes from.")
        folder = folder_of(row)
        if adapter and not (folder / ADAPTER).is_dir():
            raise ModelLoadError(f"“{checkpoint}” did not learn as an adapter.", "Download the whole model.")
        return packed(f"{row.id}-{ADAPTER}", folder / ADAPTER) if adapter else packed(row.id, folder)

    def _keep_own(self, brought: Checkpoint) -> Checkpoint:
        """Takes in what lies among the uploads, for this visitor alone."""
        with self._admitting:  # so that none is forgotten before its first load
            self._make_room_among_own(brought.id)
            self.uploads.keep(brought.id, {key.checkpoint for key in self.store.loaded()}, self._forget)
            return self.admit(replace(brought, owner=self.catalog.visitor))

    def _make_room_among_own(self, id: str) -> None:
        """Lets the visitor's oldest uploads go until a new one is within what one visitor may have."""
        own, size = [row.id for row in self.catalog if row.owner], self.uploads.size(id)
        most, most_bytes = self.settings.visitor_uploads, self.settings.visitor_uploads_mb * 1_000_000
        if 0 < most_bytes < size:
            message = f"The upload takes {size / 1e6:,.0f} MB; one visitor may keep {most_bytes / 1e6:,.0f} MB."
            raise CapacityError(message, "Upload a smaller model, or raise PLAYGROUND_VISITOR_UPLOADS_MB.")

        def too_many() -> bool:
            bytes_of_all = size + sum(map(self.uploads.size, own))
            return 0 < most <= len(own) or 0 < most_bytes < bytes_of_all

        for oldest in tuple(own):
            if too_many() and self._forget(oldest):
                self.uploads.drop(oldest)
                own.remove(oldest)
        if too_many():
            raise BusyError("Your earlier uploads are in use and leave no space for another.", "Try again later.")

    def _forget(self, checkpoint: str) -> bool:
        """Takes a checkpoint out of the catalogue and the memory; false if it is in use."""
        loaded = checkpoint in {key.checkpoint for key in self.store.loaded()}
        if loaded and not self.store.unload(checkpoint):
            return False
        self.catalog.remove(checkpoint)
        return True

    def admit(self, row: Checkpoint) -> Checkpoint:
        """Takes a checkpoint into the catalogue after it was read strictly, loaded once, and has answered; without its
        head if that turns out untrained."""
        try:
            row = within(LONGEST_FIRST_LOAD, lambda: self._first_load(row), late=lambda: self._leave_nothing(row))
        except TimeoutError as e:
            self._leave_nothing(row)
            message = f"“{row.name}” took longer than {LONGEST_FIRST_LOAD:.0f} s to load."
            raise CapacityError(message, "Try again when the server is less busy, or choose a smaller model.") from e
        except BaseException as e:
            release(e)
            self._leave_nothing(row, files=not isinstance(e, CapacityError))
            raise
        self.catalog.add(row)
        return row

    def _first_load(self, row: Checkpoint) -> Checkpoint:
        self._check(row)
        try:
            self._try(row)
        except UntrainedHeadError as e:
            row = replace(row, head="encoder", next_sentence=False, note=e.message)
            release(e)
            self._check(row)
            self._try(row)
        return row

    def _check(self, row: Checkpoint) -> None:
        numbers = check(Path(row.location), row.id, row.head, next_sentence=row.next_sentence)
        self.store.check(numbers * self.dtype.itemsize)

    def _leave_nothing(self, row: Checkpoint, *, files: bool = True) -> None:
        """Removes what a checkpoint that was not taken in has left; not its `files` if only the memory was short."""
        self.store.unload(row.id)
        if row.source == "local":
            self.uploads.drop(row.id)
        elif files:
            shutil.rmtree(row.location, ignore_errors=True)


def within(seconds: float, work: Callable[[], Checkpoint], late: Callable[[], None]) -> Checkpoint:
    """What `work` gives; TimeoutError after so many seconds.

    A thread cannot be ended: it goes on, and `late` runs when it has come to its end.
    """
    future: Future[Checkpoint] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as e:  # whatever it is belongs to whoever waits
            future.set_exception(e)

    threading.Thread(target=run, name="first load", daemon=True).start()
    if not wait([future], seconds).done:
        future.add_done_callback(lambda _: late())
        raise TimeoutError
    return future.result()


def release(error: BaseException | None) -> None:
    """Lets go of what the frames of an error hold, such as the tensors of a model that was half read."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
