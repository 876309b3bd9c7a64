"""What a visitor brought is theirs: to everybody else, whatever they ask, it is as unknown as what does not exist."""

import io
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.checkpoints.catalog import Catalog, Checkpoint
from core.engine import Visit
from core.errors import PlaygroundError, TaskNotSupportedError, UnknownNameError
from core.files.run import FileRun
from core.files.tables import read_table
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from core.tasks.fill_mask import run as fill_mask_run
from core.tasks.fill_mask.schema import FillMaskRequest
from core.vectors.corpus import Indexing
from tests.core.checkpoints.test_own import zipped
from tests.core.conftest import checkpoint_row
from tests.families import save_tiny
from tests.working import Started, ended

GAP = FillMaskRequest("The ___ of the book.")
PATIENCE = 20  # seconds after which a test that hangs fails

ASKED: dict[str, Callable[[Visit, str], object]] = {
    "run": lambda visit, id: visit.engine.run("fill-mask", id, [GAP]),
    "stream": lambda visit, id: list(visit.engine.stream("fill-mask", id, [GAP])),
    "tokenize": lambda visit, id: visit.engine.tokenize(id, "soup"),
    "find_pieces": lambda visit, id: visit.engine.find_pieces(id, "s"),
    "card": lambda visit, id: visit.library.card(id),
    "scores": lambda visit, id: visit.library.scores(id),
    "row": lambda visit, id: visit.library.catalog[id],
}


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> LocalPlayground:
    """A checkpoint for everybody, `public`, and one that “ana” uploaded."""
    root = tmp_path_factory.mktemp("owners")
    public = checkpoint_row("public", "encoder", source="local", location=str(save_tiny("bert", "encoder", root / "p")))
    made = LocalPlayground(Settings(dtype="float32", cache_folder=root / "cache"), Catalog([public]))
    content = zipped(save_tiny("bert", "masked-lm", root / "mine"))
    made.of("ana").library.take("secret-project.zip", content)
    return made


@pytest.fixture(scope="module")
def hers(playground: LocalPlayground) -> Checkpoint:
    return next(row for row in playground.local.catalog.whole() if row.owner)


def told(ask: Callable[[Visit, str], object], visit: Visit, id: str) -> str:
    """The error that is raised, with the id left out."""
    with pytest.raises(UnknownNameError) as caught:
        ask(visit, id)
    return str(caught.value).replace(id, "")


def test_its_owner_may_use_it(playground: LocalPlayground, hers: Checkpoint) -> None:
    own = playground.of("ana")
    assert own.engine.run("fill-mask", hers.id, [GAP])
    assert list(own.engine.stream("fill-mask", hers.id, [GAP]))
    assert own.engine.tokenize(hers.id, "soup").pieces
    assert hers.id in {row.id for row in own.library.catalog} & {row.id for row in own.engine.status().checkpoints}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("visitor", ["", "ben", "an"])
def test_to_others_it_is_as_unknown_as_what_does_not_exist(
    playground: LocalPlayground, hers: Checkpoint, visitor: str, name: str
) -> None:
    playground.of("ana").engine.run("fill-mask", hers.id, [GAP])  # what the cache has is not given away either
    others = playground.of(visitor)
    said = told(ASKED[name], others, hers.id)
    assert said == told(ASKED[name], others, "no-such-thing")
    assert "secret" not in said


@pytest.mark.parametrize("visitor", ["", "ben"])
def test_nothing_lists_it(playground: LocalPlayground, hers: Checkpoint, visitor: str) -> None:
    others = playground.of(visitor)
    assert [row.id for row in others.library.catalog] == ["public"]
    assert [row.id for row in others.engine.status().checkpoints] == ["public"]
    assert others.library.catalog.supporting("fill-mask") == ()
    assert hers.id.encode() not in pickle.dumps(others.library.catalog)
    with pytest.raises(TaskNotSupportedError) as caught:
        others.engine.run("fill-mask", "public", [GAP])
    assert hers.id not in str(caught.value)


@pytest.mark.parametrize("visitor", ["", "ben"])
def test_others_cannot_unload_it(playground: LocalPlayground, hers: Checkpoint, visitor: str) -> None:
    playground.local.of("ana").load(hers.id)
    assert not playground.of(visitor).engine.unload(hers.id)
    assert hers.id in {key.checkpoint for key in playground.local.store.loaded()}
    assert playground.of("ana").engine.unload(hers.id)


def test_a_job_knows_whose_it_is(playground: LocalPlayground, hers: Checkpoint) -> None:
    table = read_table("t.csv", b"text\nThe ___ of the book.\n")

    def run(visitor: str) -> PlaygroundError | None:
        jobs = playground.of(visitor).jobs
        found = jobs.find(jobs.start(FileRun("fill-mask", (hers.id,), table, {"text": "text"})), PATIENCE)
        assert found
        if found.result.models:
            assert not found.result.models[hers.id].owner, "whoever has the link gets what came out, and no more"
        error: PlaygroundError | None = found.result.laps[hers.id].error
        return error

    assert run("ana") is None
    assert isinstance(run("ben"), UnknownNameError)
    indexing = Indexing((hers.id,), table, "text")
    assert isinstance(ended(indexing, playground.local.of("ben")).progress.error, UnknownNameError)


def test_a_job_keeps_the_upload_that_it_runs_on_until_its_end(
    playground: LocalPlayground, hers: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, go, forward = threading.Event(), threading.Event(), fill_mask_run.forward

    def slowly(model: Any, batch: Any) -> Any:
        held.set()
        assert go.wait(PATIENCE)
        return forward(model, batch)

    monkeypatch.setattr(fill_mask_run, "forward", slowly)
    table = read_table("t.csv", b"text\nThe ___ of the book.\n")
    one = Started(FileRun("fill-mask", (hers.id,), table, {"text": "text"}), playground.local.of("ana"))
    assert held.wait(PATIENCE)
    assert not playground.local.library._forget(hers.id), "another upload may not take its place"
    go.set()
    assert one.ended().progress.finished


def test_nobody_uploads_for_nobody(playground: LocalPlayground) -> None:
    with pytest.raises(AssertionError, match="belongs to somebody"):
        playground.of().library.take("a.zip", io.BytesIO())


def test_the_secret_is_in_no_text(hers: Checkpoint) -> None:
    assert "ana" not in repr(hers)


def test_views_of_one_catalogue_share_its_rows() -> None:
    catalog = Catalog([checkpoint_row("a", "encoder")])
    ana, ben = catalog.of("ana"), catalog.of("ben")
    ana.add(checkpoint_row("b", "encoder"))
    ben.add(checkpoint_row("c", "encoder", owner="ben"))
    assert [[row.id for row in view] for view in (catalog, ana, ben)] == [["a", "b"], ["a", "b"], ["a", "b", "c"]]
    assert [row.id for row in ana.of("ben")] == ["a", "b", "c"]
    ana.remove("a")
    assert [row.id for row in catalog.whole()] == ["b", "c"]
    assert [row.id for row in catalog.whole().of("ana")] == ["b"]
