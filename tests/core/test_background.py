"""Work in the background: whatever ends it before its time is told, and only what was done whole says so."""

import errno
import logging
import threading
from collections.abc import Callable

import pytest
import torch

from core.background import Background, State
from core.errors import CapacityError, ModelLoadError, PlaygroundError, explain

PATIENCE_S = 60
CUDA = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
CPU = RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory: you tried …")


def finished(work: Callable[[State], None], total: int = 5) -> Background:
    one = Background(State(total), work)
    one.wait(PATIENCE_S)
    return one


def fail(error: BaseException) -> Callable[[State], None]:
    def work(state: State) -> None:
        state.done = 2
        raise error

    return work


@pytest.mark.parametrize("error", [MemoryError(), CUDA, CPU, OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_no_memory_is_told(error: BaseException) -> None:
    progress = finished(fail(error)).progress()
    assert isinstance(progress.error, CapacityError)
    assert progress.error.message == "The playground ran out of memory."
    assert progress.error.hint
    assert not progress.finished
    assert not progress.stopped
    assert not progress.running


def test_a_full_disk_is_told() -> None:
    progress = finished(fail(OSError(errno.ENOSPC, "No space left on device"))).progress()
    assert isinstance(progress.error, CapacityError)
    assert progress.error.message == "The disk is full."
    assert not progress.finished


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("a secret"), RuntimeError("odd"), OSError(errno.EIO, "x"), SystemExit()]
)
def test_what_nobody_foresaw_is_told_by_its_kind_and_logged(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "core.background"):
        progress = finished(fail(error)).progress()
    assert progress.error
    assert progress.error.message == f"Something went wrong in the playground ({type(error).__name__})."
    assert "secret" not in str(progress.error)
    assert not progress.finished
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is error


def test_a_sentence_stays_as_it_is_and_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    error = ModelLoadError("Gone.", "Restore it.")
    assert finished(fail(error)).progress().error is error
    assert not caplog.records
    assert explain(error) is error


def test_only_what_was_done_whole_is_finished() -> None:
    def all_of_it(state: State) -> None:
        state.done = state.total

    def part_of_it(state: State) -> None:
        state.done = 3

    assert finished(all_of_it).progress().finished
    assert not finished(part_of_it).progress().finished
    assert not finished(lambda state: setattr(state, "lost", 5)).progress().finished


def test_stopped_and_running_is_not_finished() -> None:
    go = threading.Event()

    def work(state: State) -> None:
        assert go.wait(PATIENCE_S)
        state.done = 1

    one = Background(State(2), work)
    assert one.progress().running
    assert not one.progress().finished
    one.stop()
    go.set()
    one.wait(PATIENCE_S)
    progress = one.progress()
    assert progress.stopped
    assert not progress.finished
    assert progress.error is None


def test_a_thread_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    one = finished(fail(ValueError()))
    assert isinstance(one.progress().error, PlaygroundError)
    assert not one.progress().running
