import errno
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import httpx2
import pytest
import torch
from filelock import FileLock
from huggingface_hub.file_download import http_get

from core.errors import CapacityError, InputError, ModelLoadError
from core.hub.client import Hub, clean_id
from core.hub.offer import Offer
from core.jobs import Stopped
from tests.families import save_tiny
from tests.loopback_hub import TOKEN, LoopbackHub, Repository


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with a weight file large enough to break off in the middle."""
    return save_tiny("bert", "masked-lm", tmp_path_factory.mktemp("served"))


@pytest.fixture
def hub(loopback: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr("core.hub.transfer.PAUSE", 0)
    monkeypatch.setattr("huggingface_hub.file_download.time", SimpleNamespace(sleep=lambda seconds: None))
    return Hub(tmp_path / "models", loopback.endpoint)


def fetch(hub: Hub, offer: Offer) -> list[int]:
    """Fetches all of it; what `on_bytes` heard."""
    heard: list[int] = []
    hub.fetch(offer, heard.append, lambda: False)
    return heard


def test_an_offer_is_read_without_the_weights(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder, licence="mit")
    offer = hub.read("tiny/bert")
    assert (offer.model_type, offer.head, offer.weights, offer.licence) == ("bert", "masked-lm", "safetensors", "mit")
    assert offer.layers == 2 and offer.context_length == 512 and offer.parameters > 10_000
    assert offer.files[-1].name == "model.safetensors"
    assert not hub.is_here(offer)
    assert [path.rpartition("/")[2] for path in loopback.requests] == ["main", "config.json"]


def test_all_files_come_and_their_bytes_are_counted(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    assert sum(fetch(hub, offer)) == offer.size
    assert hub.is_here(offer)
    for file in offer.files:
        assert (hub.path(offer) / file.name).read_bytes() == (folder / file.name).read_bytes()
    loopback.requests.clear()
    assert sum(fetch(hub, offer)) == offer.size
    assert not loopback.requests, "what is here is not fetched again"


def test_two_cuts_need_two_resumes_and_nothing_comes_twice(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    served = loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    served.cut_after, served.cuts = 70_000, 2
    heard = fetch(hub, offer)
    assert served.cuts == 0
    first, second = (int(asked.removeprefix("model.safetensors bytes=").rstrip("-")) for asked in served.ranges)
    assert 0 < first < second < offer.files[-1].size
    assert min(heard) >= 0 and sum(heard) == offer.size
    assert (hub.path(offer) / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def test_a_hub_that_sends_no_parts_sends_all_of_it_again(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    served = loopback.repositories["tiny/bert"] = Repository(folder, without_ranges=True)
    offer = hub.read("tiny/bert")
    served.cut_after, served.cuts = 70_000, 1
    heard = fetch(hub, offer)
    assert len(served.ranges) == 1 and min(heard) < 0
    assert sum(heard) == offer.size
    assert (hub.path(offer) / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def failing(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> list[int]:
    """Lets the connections for the weights fail one after the other, each after 1,000 bytes; where they began."""
    left, began = list(errors), []

    def get(url: str, content: BinaryIO, **options: Any) -> None:
        if url.endswith("model.safetensors"):
            began.append(content.tell())
            if left:
                options["tqdm_class"](initial=content.tell()).update(1000)
                content.write(b"x" * 1000)
                raise left.pop(0)
        http_get(url, content, **options)

    monkeypatch.setattr("core.hub.transfer.http_get", get)
    return began


def test_a_connection_that_is_reset_is_taken_up_again(
    loopback: LoopbackHub, hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    offer = replace(
        offer, files=(*offer.files[:-1], replace(offer.files[-1], sha256=""))
    )  # its first bytes are not its
    began = failing(monkeypatch, *[httpx2.ReadError("Connection reset by peer")] * 2)
    assert sum(fetch(hub, offer)) == offer.size
    assert began == [0, 1000, 2000]


def test_a_stop_ends_the_attempts(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    served = loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    served.cut_after, served.cuts = 0, 100
    loopback.requests.clear()
    with pytest.raises(Stopped):
        hub.fetch(offer, lambda _: None, lambda: len(loopback.requests) == 2)
    assert len(loopback.requests) == 2


def test_a_stop_ends_the_waiting_for_another_server(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    hub.folder.mkdir()
    with FileLock(hub.folder / ".lock"), ThreadPoolExecutor(1) as pool, pytest.raises(Stopped):
        pool.submit(hub.fetch, offer, lambda _: None, lambda: True).result(10)
    assert not hub.path(offer).exists()
    fetch(hub, offer)


def test_requests_tell_nothing_of_the_machine_and_carry_no_token_from_a_login(
    loopback: LoopbackHub, hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("hf_of_the_operator")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    loopback.repositories["tiny/bert"] = Repository(folder)
    fetch(hub, hub.read("tiny/bert"))
    assert len(loopback.headers) > 3
    assert not any("authorization" in headers or "torch" in headers["user-agent"] for headers in loopback.headers)


def test_a_stopped_download_goes_on_where_it_was(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    served = loopback.repositories["tiny/bert"] = Repository(folder, pause=0.01)
    offer = hub.read("tiny/bert")
    heard: list[int] = []
    last = sum(file.size for file in offer.files[:-1])
    with pytest.raises(Stopped):
        hub.fetch(offer, heard.append, lambda: sum(heard) > last + 60_000)
    assert last < sum(heard) < offer.size and not hub.is_here(offer)
    assert sum(fetch(hub, offer)) == offer.size
    assert any(asked.startswith("model.safetensors bytes=") for asked in served.ranges)


def test_a_corrupt_file_is_refused_and_can_be_fetched_again(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    served = loopback.repositories["tiny/bert"] = Repository(folder, corrupt=("model.safetensors",))
    offer = hub.read("tiny/bert")
    with pytest.raises(ModelLoadError, match="of “tiny/bert” is not what the Hub announced: its content"):
        fetch(hub, offer)
    served.corrupt = ()
    fetch(hub, offer)
    assert hub.is_here(offer)


@pytest.mark.parametrize("change", [-1000, 1000])
def test_a_size_that_is_not_true_is_refused(loopback: LoopbackHub, hub: Hub, folder: Path, change: int) -> None:
    size = (folder / "model.safetensors").stat().st_size
    loopback.repositories["tiny/bert"] = Repository(folder, announced={"model.safetensors": size + change})
    offer = hub.read("tiny/bert")
    for _ in range(2):  # also of what is there already, there is no more
        with pytest.raises(ModelLoadError, match=f"{size:,} bytes arrived instead of {size + change:,}"):
            fetch(hub, offer)
        hub.path(offer).joinpath("model.safetensors.part").write_bytes((folder / "model.safetensors").read_bytes())


def test_what_has_no_end_is_ended(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder, announced={"model.safetensors": 1000})
    offer = hub.read("tiny/bert")
    with pytest.raises(ModelLoadError, match="65,536 bytes arrived instead of 1,000"):
        fetch(hub, offer)


def test_a_gated_one_needs_a_token(
    loopback: LoopbackHub, hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.repositories["tiny/gated"] = Repository(folder, gated=True)
    with pytest.raises(ModelLoadError, match="only available to those who accept its terms.*HF_TOKEN"):
        hub.read("tiny/gated")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(hub, hub.read("tiny/gated"))


def test_misspelt_and_private_look_alike(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/private"] = Repository(folder, private=True)
    for id in ("tiny/private", "tiny/mispelt"):
        with pytest.raises(ModelLoadError, match=f"no model “{id}” that this playground can read.*spelling.*HF_TOKEN"):
            hub.read(id)


def test_without_a_network(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(
        ModelLoadError, match="Can't reach the Hub.*already downloaded is kept.*the bundled models work offline"
    ):
        Hub(tmp_path, "http://127.0.0.1:9").read("tiny/bert")


def test_a_full_disk(loopback: LoopbackHub, hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    large = replace(offer, files=(*offer.files[:-1], replace(offer.files[-1], size=10**15)))
    with pytest.raises(CapacityError, match=r"The download needs 1,000,000,000 MB; .* PLAYGROUND_CACHE_FOLDER"):
        fetch(hub, large)


def test_a_disk_that_becomes_full_keeps_nothing(
    loopback: LoopbackHub, hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder)
    offer = hub.read("tiny/bert")
    failing(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(CapacityError, match="The disk filled up while “tiny/bert” was being downloaded"):
        fetch(hub, offer)
    assert not hub.path(offer).exists()


def served_config(loopback: LoopbackHub, folder: Path, tmp_path: Path, config: str) -> None:
    """Serves a repository with this config.json as tiny/other."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text(config)
    (tmp_path / "other" / "vocab.txt").write_text("[UNK]")
    (tmp_path / "other" / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    loopback.repositories["tiny/other"] = Repository(tmp_path / "other")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            '{"model_type": "gpt2"}',
            "“gpt2”, which is not an encoder of the BERT family. Supported types: BERT",
        ),
        ('{"model_type": "t5"}', "of the type “t5”"),
        ('{"model_type": "own", "auto_map": {"AutoModel": "own.Model"}}', "comes with its own code"),
        ("{}", "does not say what kind of model"),
        ("not json", "is not JSON"),
        ("[1]", "does not say what kind of model"),
    ],
)
def test_other_architectures(
    loopback: LoopbackHub, hub: Hub, folder: Path, tmp_path: Path, config: str, said: str
) -> None:
    served_config(loopback, folder, tmp_path, config)
    with pytest.raises(ModelLoadError, match=said):
        hub.read("tiny/other")


def test_pytorch_files_only_where_they_are_allowed(loopback: LoopbackHub, hub: Hub, tmp_path: Path) -> None:
    loopback.repositories["tiny/old"] = Repository(save_tiny("bert", "masked-lm", tmp_path / "old", safe=False))
    with pytest.raises(ModelLoadError, match="only as a PyTorch file.*PLAYGROUND_PYTORCH_FILES"):
        hub.read("tiny/old")
    offer = hub.read("tiny/old", pytorch=True)
    fetch(hub, offer)
    assert (hub.path(offer) / "model.safetensors").exists()
    assert not list(hub.path(offer).glob("*.bin"))
    assert sum(fetch(hub, offer)) == offer.size


class Evil:
    """What a pickle may do."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.system, ("touch /tmp/evil",)


def test_a_pickle_that_wants_more_than_tensors_is_refused(loopback: LoopbackHub, hub: Hub, tmp_path: Path) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "evil", safe=False)
    torch.save({"weight": Evil()}, folder / "pytorch_model.bin")
    loopback.repositories["tiny/evil"] = Repository(folder)
    offer = hub.read("tiny/evil", pytorch=True)
    with pytest.raises(ModelLoadError, match=r"asks for \w+\.system, so it was refused: only tensors are read"):
        fetch(hub, offer)
    assert not hub.is_here(offer)


@pytest.mark.parametrize(
    "typed",
    [
        "google/bert",
        " google/bert ",
        "https://huggingface.co/google/bert",
        "https://huggingface.co/google/bert/tree/main",
    ],
)
def test_an_id_as_people_paste_it(typed: str) -> None:
    assert clean_id(typed) == "google/bert"


@pytest.mark.parametrize("typed", ["", "   ", "a b", "../..", "x" * 200, "<b>"])
def test_what_is_no_id(typed: str) -> None:
    with pytest.raises(InputError, match="google-bert/bert-base-cased"):
        clean_id(typed)


def test_a_slow_hub_can_be_stopped_soon(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder, pause=0.2)
    offer = hub.read("tiny/bert")
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        hub.fetch(offer, lambda _: None, stop.is_set)
    assert time.monotonic() - began < 5


def test_two_visitors_fetch_one_checkpoint_without_harm(loopback: LoopbackHub, hub: Hub, folder: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(folder, pause=0.01)
    offer = hub.read("tiny/bert")
    with ThreadPoolExecutor(3) as pool:
        heard = list(pool.map(lambda _: sum(fetch(hub, offer)), range(3)))
    assert heard == [offer.size] * 3
    assert len([path for path in loopback.requests if path.endswith("model.safetensors")]) == 1
    assert (hub.path(offer) / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
