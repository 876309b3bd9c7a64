"""Jobs: whatever ends one before its time is told, whoever has its id finds it, and nothing is kept for ever."""

import errno
import logging
import pickle
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from core import jobs
from core.errors import BusyError, CapacityError, ModelLoadError, PlaygroundError, explain
from core.files.tables import Table
from core.hub.fetch import Fetch
from core.inspect.explain_run import ByMethods, ExplainRun, WhatToExplain
from core.inspect.explained_rows import ExplainedRow
from core.inspect.faithfulness_run import FaithfulnessRun
from core.inspect.geometry import texts_of
from core.inspect.geometry_run import GeometryRun
from core.inspect.grammar import sentences
from core.inspect.heads import HeadSearch
from core.inspect.neurons import NeuronSearch, NeuronSearches
from core.inspect.next_sentence import PairsRun
from core.inspect.probe_run import ProbeRun
from core.inspect.properties import label_words
from core.inspect.pruning_run import PruningRun
from core.jobs import Job, JobStore, OwnJobs, State, Stopped
from core.vectors.cache import VectorCache
from core.vectors.corpus import Indexing
from core.vectors.duplicates import DuplicateSearch
from core.vectors.projection import Umap
from tests.fake_engine import FakeEngine
from tests.working import OFFER, PATIENCE_S, Started, ended

CUDA = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
CPU = RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory: you tried …")


@dataclass(frozen=True)
class Do:
    """Work that calls a function."""

    act: Callable[[State], Any]
    total: int = 5

    def run(self, engine: Any, library: Any, state: State) -> None:
        self.act(state)


def fail(error: BaseException) -> Do:
    def work(state: State) -> None:
        state.done = 2
        raise error

    return Do(work)


@pytest.mark.parametrize("error", [MemoryError(), CUDA, CPU, OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_no_memory_is_told(error: BaseException) -> None:
    progress = ended(fail(error)).progress
    assert isinstance(progress.error, CapacityError)
    assert progress.error.message == "The playground ran out of memory."
    assert progress.error.hint
    assert not progress.finished
    assert not progress.stopped
    assert not progress.running


def test_a_full_disk_is_told() -> None:
    progress = ended(fail(OSError(errno.ENOSPC, "No space left on device"))).progress
    assert isinstance(progress.error, CapacityError)
    assert progress.error.message == "The disk is full."
    assert not progress.finished


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("a secret"), RuntimeError("odd"), OSError(errno.EIO, "x"), SystemExit()]
)
def test_what_nobody_foresaw_is_told_by_its_kind_and_logged(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "core.jobs"):
        progress = ended(fail(error)).progress
    assert progress.error
    assert progress.error.message == f"Something went wrong in the playground ({type(error).__name__})."
    assert "secret" not in str(progress.error)
    assert not progress.finished
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is error


def test_a_sentence_stays_as_it_is_and_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    error = ModelLoadError("Gone.", "Restore it.")
    assert ended(fail(error)).progress.error is error
    assert not caplog.records
    assert explain(error) is error


def test_only_what_was_done_whole_is_finished() -> None:
    assert ended(Do(lambda state: setattr(state, "done", state.total))).progress.finished
    assert not ended(Do(lambda state: setattr(state, "done", 3))).progress.finished
    assert not ended(Do(lambda state: setattr(state, "lost", 5))).progress.finished


def test_stopped_and_running_is_not_finished() -> None:
    go = threading.Event()

    def work(state: State) -> None:
        assert go.wait(PATIENCE_S)
        state.done = 1
        raise Stopped

    one = Started(Do(work, 2))
    assert one.now().progress.running
    assert not one.now().progress.finished
    assert not one.now().ended
    one.stop()
    go.set()
    job = one.ended()
    assert job.progress.stopped
    assert not job.progress.finished
    assert job.progress.error is None
    assert 0 < job.began <= job.ended


def test_whoever_looks_for_a_job_as_it_starts_is_not_led_to_a_thread_that_has_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, start, seen = JobStore(), threading.Thread.start, []

    def look_first(thread: threading.Thread) -> None:
        if thread.name == "job":
            seen.append(store.find("known", PATIENCE_S))
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", look_first)
    store.start(Do(lambda state: None), None, None, id="known")
    assert seen == [None]
    job = store.find("known", PATIENCE_S)
    assert job
    assert not job.progress.running


def test_a_thread_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(jobs.JobStore, "_forget_later", lambda store: None)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    progress = ended(fail(ValueError())).progress
    assert isinstance(progress.error, PlaygroundError)
    assert not progress.running


def test_a_job_needs_nobody_who_holds_it_and_is_found_by_whoever_has_its_id() -> None:
    store, go = JobStore(), threading.Event()
    ana, ben = OwnJobs(store, None, None, "ana"), OwnJobs(store, None, None, "ben")
    id = ana.start(Do(lambda state: go.wait(PATIENCE_S) and setattr(state, "result", "all of it")))
    del ana
    job = ben.find(id)
    assert job and job.progress.running and job.result is None
    go.set()
    job = ben.find(id, PATIENCE_S)
    assert job and job.result == "all of it"
    assert "ana" not in repr(ben.find(id))
    assert id not in repr(job)
    ids = {store.start(Do(print), None, None) for _ in range(3)}
    assert len(ids) == 3 and all(len(one) >= 22 for one in ids), "128 bits"
    for unknown in ("", "nobody", id[:-1]):
        assert ben.find(unknown) is None
        ben.stop(unknown)


def test_two_who_start_what_has_an_id_of_its_own_get_one_job() -> None:
    store, runs, go_on = JobStore(), [], threading.Event()

    def run(state: State) -> None:
        runs.append(state)
        go_on.wait(PATIENCE_S)

    assert [store.start(Do(run), None, None, id="mine") for _ in range(2)] == ["mine", "mine"]
    go_on.set()
    assert store.find("mine", PATIENCE_S)
    assert len(runs) == 1
    assert store.start(Do(run), None, None, id="mine") == "mine", "ended, it can be started again"


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """A result of which one can tell whether anybody holds it."""


def keeps(size: int = 0) -> Do:
    def work(state: State) -> None:
        state.result, state.size = Kept(), size

    return Do(work)


def finish(store: JobStore, work: Do, owner: str = "ana") -> str:
    """The id of a job that has ended."""
    id = store.start(work, None, None, owner)
    assert store.find(id, PATIENCE_S)
    return id


def test_an_ended_job_is_forgotten_in_time_and_a_running_one_never() -> None:
    clock, go = Clock(), threading.Event()
    store = JobStore(60, clock=clock)
    running = store.start(Do(lambda _: go.wait(PATIENCE_S)), None, None)
    id = finish(store, keeps())
    job = store.find(id)
    assert job
    held = weakref.ref(job.result)
    clock.now += 59
    assert store.find(id)
    clock.now += 1
    del job
    assert store.find(id) is None
    assert held() is None, "what it kept goes with it"
    clock.now += 10_000
    assert store.find(running)
    go.set()


def test_what_nobody_asks_for_is_forgotten_too() -> None:
    store = JobStore(0.5)
    id = finish(store, keeps())
    job = store.find(id)
    assert job
    held = weakref.ref(job.result)
    del job
    end = time.monotonic() + PATIENCE_S
    while held() and time.monotonic() < end:
        time.sleep(0.02)
    assert held() is None


def test_the_oldest_of_whoever_keeps_most_goes_first() -> None:
    store = JobStore(most_bytes=100)
    ben = finish(store, keeps(30), "ben")
    first, second = finish(store, keeps(40)), finish(store, keeps(30))
    assert all(map(store.find, (ben, first, second)))
    third = finish(store, keeps(20))
    assert [bool(store.find(id)) for id in (ben, first, second, third)] == [True, False, True, True]


def test_one_visitor_keeps_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 2)
    store = JobStore()
    ben = finish(store, keeps(), "ben")
    ids = [finish(store, keeps()) for _ in range(3)]
    assert [bool(store.find(id)) for id in (ben, *ids)] == [True, False, True, True]


def test_a_server_runs_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_RUNNING", 2)
    store, go = JobStore(), threading.Event()
    ids = [store.start(Do(lambda _: go.wait(PATIENCE_S)), None, None) for _ in range(2)]
    with pytest.raises(BusyError, match="2 jobs are running"):
        store.start(keeps(), None, None)
    go.set()
    assert all(store.find(id, PATIENCE_S) for id in ids)
    assert finish(store, keeps())


VECTORS = np.eye(6, dtype=np.float32)[[0, 1, 2, 3, 4, 0]]


@pytest.mark.parametrize(
    "work",
    [
        Fetch(OFFER),
        Indexing(("minilm",), Table("a.csv", ("text",), (("a",), (" ",)), (1, 2)), "text"),
        DuplicateSearch(VECTORS, 0.9),
        Umap(VECTORS, total=1),
        NeuronSearches((NeuronSearch("minilm", 1, ("One cat.", "A dog.")), NeuronSearch("mini-bert", 2, ("So.",)))),
        HeadSearch(("minilm",), sentences(20)),
        GeometryRun(("minilm",), texts_of(["The cat sat.", "A cat ran far."]), ("cat",)),
        FaithfulnessRun("text-classification", ("minilm-sentiment",), (ExplainedRow(2, "A warm and funny film."),)),
        ExplainRun(
            WhatToExplain("text-classification", ("minilm-sentiment",), "A warm film.", "", ""),
            ByMethods(("occlusion",)),
        ),
        PruningRun(("minilm-sentiment",), (ExplainedRow(2, "A warm and funny film.", "", "positive"),)),
        ProbeRun(("minilm",), (label_words("pos", sentences(40)),)),
        PairsRun("mini-bert", (("One.", "Two.", "Three."), ("Four.",))),
    ],
    ids=lambda work: type(work).__name__,
)
def test_what_goes_in_and_what_comes_out_can_be_pickled(
    work: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Files of rows: tests/core/files/test_run.py."""
    engine = FakeEngine()
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 0))
    monkeypatch.setattr(engine.library, "fetch", lambda *_: engine.catalog["minilm"])
    monkeypatch.setattr("core.vectors.projection.LAYOUT", ("cat",))
    job = ended(pickle.loads(pickle.dumps(work)), engine)
    again: Job = pickle.loads(pickle.dumps(job))
    assert again.progress == replace(job.progress)
    assert job.progress.error is None
    assert said(again.result) == said(job.result)


def said(result: Any) -> list[str]:
    """What a result says, in words that can be compared."""
    fields = {"all": result} if isinstance(result, tuple) else vars(result)
    return [f"{name} {value!s}" for name, value in fields.items()]
