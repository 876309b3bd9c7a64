"""A background download: bytes, time left, a stop; when it ends, the checkpoint is available."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.background import Background, State, Stopped
from core.checkpoints.catalog import Checkpoint
from core.hub.offer import Offer
from core.hub.shelf import checkpoint_of, record

FetchFiles = Callable[[Offer, Callable[[int], None], Callable[[], bool]], Path]
Admit = Callable[[Checkpoint], Checkpoint]


@dataclass
class _Parcel(State):
    """What is being downloaded."""

    offer: Offer = field(kw_only=True)
    row: Checkpoint | None = None


class Fetch(Background):
    """Fetches an offer from now on, then hands its row to `admit`, which loads it. Progress counts bytes."""

    def __init__(self, offer: Offer, fetch_files: FetchFiles, admit: Admit) -> None:
        self._parcel = _Parcel(offer.size, offer=offer)
        super().__init__(self._parcel, work, fetch_files, admit)

    @property
    def offer(self) -> Offer:
        """What is fetched."""
        return self._parcel.offer

    @property
    def row(self) -> Checkpoint | None:
        """The checkpoint, once it can be used."""
        return self._parcel.row


def work(parcel: _Parcel, fetch_files: FetchFiles, admit: Admit) -> None:
    """The thread: all files, then the first loading, which shows whether its head was trained."""

    def count(size: int) -> None:
        parcel.done += size

    try:
        folder = fetch_files(parcel.offer, count, parcel.stop.is_set)
    except Stopped:
        return
    parcel.row = admit(checkpoint_of(parcel.offer, folder))
    record(replace(parcel.offer, head=parcel.row.head), folder)
