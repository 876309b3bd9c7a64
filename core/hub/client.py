"""The Hub through its own client: what a repository offers, and its files, resumed where they broke off."""

import hashlib
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from filelock import FileLock, Timeout
from huggingface_hub import HfApi, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils._validators import validate_repo_id

from core.checkpoints.reading import OF_FILE, check_size, parse_json
from core.errors import FULL_DISK, CapacityError, InputError, ModelLoadError
from core.hub.judging import judge
from core.hub.offer import HubFile, Offer
from core.hub.pytorch_files import convert
from core.hub.shelf import RECORD, record
from core.hub.transfer import IsStopped, Meter, OnBytes, token, transfer
from core.jobs import Stopped

TIMEOUT = 10.0  # seconds for an answer about a repository
ID_HINT = "A model ID looks like google-bert/bert-base-cased."


class Hub:
    """`folder` keeps fetched checkpoints, one folder per revision. `endpoint` None is what HF_ENDPOINT says."""

    def __init__(self, folder: Path, endpoint: str | None = None) -> None:
        self.folder = folder.expanduser()
        self.api = HfApi(endpoint=endpoint)

    def read(self, id: str, *, pytorch: bool = False) -> Offer:
        """What the repository offers; fetches its configuration only. ModelLoadError says why it cannot be used."""
        id = clean_id(id)
        with plain_errors(id):
            info = self.api.model_info(id, revision="main", files_metadata=True, timeout=TIMEOUT, token=token())
            files = [HubFile(s.rfilename, s.size or 0, s.lfs.sha256 if s.lfs else "") for s in info.siblings or ()]
            config = self._read_config(id, info.sha, files)
        licence = str(info.card_data.get("license") or "") if info.card_data else ""
        stated = int(getattr(info.safetensors, "total", 0) or 0)
        return judge(id, str(info.sha), config, files, licence=licence, parameters=stated, pytorch=pytorch)

    def path(self, offer: Offer) -> Path:
        """Where its files lie once they are here."""
        return self.folder / offer.id.replace("/", "--") / offer.revision

    def is_here(self, offer: Offer) -> bool:
        """Whether all of it was fetched."""
        return (self.path(offer) / RECORD).exists()

    def fetch(self, offer: Offer, on_bytes: OnBytes, stopped: IsStopped) -> Path:
        """The folder with all files, one download at a time; `on_bytes` hears of each part, also of what was there.

        Raises Stopped as soon as `stopped` says so; what has come so far is gone on with the next time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock").acquire(cancel_check=stopped):  # also from a second server
                return self._fetch(offer, on_bytes, stopped)
        except Timeout:
            raise Stopped from None

    def _fetch(self, offer: Offer, on_bytes: OnBytes, stopped: IsStopped) -> Path:
        folder = self.path(offer)
        if self.is_here(offer):
            on_bytes(offer.size)
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        check_disk(folder, offer.size)
        try:
            with plain_errors(offer.id):
                for file in offer.files:
                    self._fetch_file(offer, file, folder / file.name, on_bytes, stopped)
                if offer.weights == "pytorch":
                    convert(folder, offer.id)
                record(offer, folder)
        except CapacityError:  # what has come would keep the disk full
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    def _read_config(self, id: str, revision: str | None, files: list[HubFile]) -> dict[str, Any]:
        if not any(file.name == "config.json" for file in files):
            raise ModelLoadError(f"“{id}” has no config.json.", "Choose a model made for transformers.")
        content = io.BytesIO()
        transfer(self._url(id, "config.json", revision), content, Meter(OF_FILE["config.json"].size))
        check_size("config.json", content.tell())
        config = parse_json("config.json", content.getvalue(), OF_FILE["config.json"])
        return config if isinstance(config, dict) else {}

    def _url(self, id: str, file: str, revision: str | None) -> str:
        return hf_hub_url(id, file, revision=revision, endpoint=self.api.endpoint)

    def _fetch_file(self, offer: Offer, file: HubFile, target: Path, on_bytes: OnBytes, stopped: IsStopped) -> None:
        if target.exists():
            on_bytes(file.size)
            return
        cached = try_to_load_from_cache(offer.id, file.name, revision=offer.revision)
        if isinstance(cached, str):
            target.symlink_to(cached)
            on_bytes(file.size)
            return
        part = target.with_name(target.name + ".part")
        with part.open("ab") as content:
            transfer(self._url(offer.id, file.name, offer.revision), content, Meter(file.size, on_bytes, stopped))
        check_whole(offer.id, file, part)
        part.rename(target)


def clean_id(id: str) -> str:
    """The id without blanks and the address in front of it; InputError if it cannot be one."""
    bare = id.strip().rstrip("/")
    for prefix in ("https://", "http://", "huggingface.co/"):
        bare = bare.removeprefix(prefix)
    bare = "/".join(bare.split("/")[:2])
    try:
        validate_repo_id(bare)
    except HFValidationError as e:
        shown = id.strip()[:80]
        raise InputError(f"“{shown}” is not a model ID.", ID_HINT) from e
    if not bare:
        raise InputError("There is no model ID.", ID_HINT)
    return bare


def check_disk(folder: Path, needed: int) -> None:
    """CapacityError if the files would not fit beside what is on the disk."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise full_disk(f"The download needs {needed / 1e6:,.0f} MB; {free / 1e6:,.0f} MB of the disk are free.")


def full_disk(message: str) -> CapacityError:
    """What is said where the disk has no room."""
    return CapacityError(message, "Free some space, or set PLAYGROUND_CACHE_FOLDER to a folder on another disk.")


def check_whole(id: str, file: HubFile, part: Path) -> None:
    """ModelLoadError, and the part is gone, if the file is not what the Hub announced."""
    size = part.stat().st_size
    damaged = size != file.size
    if not damaged and file.sha256:
        with part.open("rb") as content:
            damaged = hashlib.file_digest(content, "sha256").hexdigest() != file.sha256
    if damaged:
        part.unlink()
        detail = f"{size:,} bytes arrived instead of {file.size:,}" if size != file.size else "its content differs"
        message = f"{file.name} of “{id}” is not what the Hub announced: {detail}."
        raise ModelLoadError(message, "Download it again. If it keeps happening, choose another model.")


@contextmanager
def plain_errors(id: str) -> Iterator[None]:
    """What the Hub's client raises, as sentences a visitor can act on."""
    try:
        yield
    except GatedRepoError as e:
        message = f"“{id}” is only available to those who accept its terms."
        hint = "Accept them on its Hub page, and start the playground with an access token in HF_TOKEN."
        raise ModelLoadError(message, hint) from e
    except RepositoryNotFoundError as e:
        hint = "Check the spelling (organisation/name). A private model needs an access token in HF_TOKEN."
        raise ModelLoadError(f"The Hub has no model “{id}” that this playground can read.", hint) from e
    except (EntryNotFoundError, RevisionNotFoundError) as e:
        raise ModelLoadError(f"A file of “{id}” is missing on the Hub.", "Check its page there.") from e
    except (httpx2.TransportError, OfflineModeIsEnabled) as e:
        hint = "Anything already downloaded is kept. Try again when you're online; the bundled models work offline."
        raise ModelLoadError(f"Can't reach the Hub, or the connection was lost (“{id}”).", hint) from e
    except HfHubHTTPError as e:
        status = e.response.status_code if e.response is not None else "an error"
        raise ModelLoadError(f"The Hub answered {status} for “{id}”.", "Try again later.") from e
    except OSError as e:
        if e.errno in FULL_DISK:
            raise full_disk(f"The disk filled up while “{id}” was being downloaded.") from e
        raise
