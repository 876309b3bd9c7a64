import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from core.errors import BusyError, CapacityError
from core.models.encoding import Encoding
from core.runtime.batch import InputRow
from core.runtime.scheduler import Scheduler, Submission

PATIENCE = 20  # seconds after which a test that hangs fails


def row(length: int, request: Any = None) -> InputRow:
    """A row of `length` tokens."""
    return InputRow(Encoding((0,) * length, (0,) * length, (0,) * length, ((0, 0),) * length, (0,) * length), request)


def rows(*lengths: int) -> list[InputRow]:
    return [row(length, f"{n}:{length}") for n, length in enumerate(lengths)]


def echo(batch: Sequence[InputRow]) -> list[Any]:
    return [one.request for one in batch]


def result(job: Submission) -> list[Any]:
    """The job's outputs; fails instead of waiting for ever."""
    assert job.done.wait(PATIENCE), "the job never ended"
    return job.result()


class Recorder:
    """A forward function that keeps the batches it was given."""

    def __init__(self, forward: Callable[[Sequence[InputRow]], list[Any]] = echo) -> None:
        self.batches: list[list[Any]] = []
        self._forward = forward

    def __call__(self, batch: Sequence[InputRow]) -> list[Any]:
        self.batches.append([one.request for one in batch])
        return self._forward(batch)


class Blocker:
    """A job that holds the worker until `release`, so that a test can queue others behind it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._entered, self._released = threading.Event(), threading.Event()
        self.job = scheduler.submit("blocker", [row(1)], self._forward)
        assert self._entered.wait(PATIENCE)

    def _forward(self, batch: Sequence[InputRow]) -> list[Any]:
        self._entered.set()
        assert self._released.wait(PATIENCE)
        return echo(batch)

    def release(self) -> None:
        self._released.set()
        result(self.job)


def test_outputs_come_in_the_callers_order() -> None:
    given = rows(3, 9, 1, 7, 7, 2)
    assert result(Scheduler(10).submit("a", given, echo)) == [one.request for one in given]


def test_batches_go_longest_first_and_stay_within_the_token_budget() -> None:
    forward = Recorder()
    result(Scheduler(20).submit("a", rows(5, 10, 2, 10, 5, 4), forward))
    assert forward.batches == [["1:10", "3:10"], ["0:5", "4:5", "5:4", "2:2"]]


def test_a_row_over_the_budget_goes_alone() -> None:
    forward = Recorder()
    result(Scheduler(8).submit("a", rows(30, 30, 1), forward))
    assert forward.batches == [["0:30"], ["1:30"], ["2:1"]]


def test_jobs_of_one_key_share_a_batch_and_others_do_not() -> None:
    scheduler, forward = Scheduler(100), Recorder()
    blocker = Blocker(scheduler)
    jobs = [scheduler.submit(key, [row(5, f"{key}{n}")], forward) for n, key in enumerate("abab")]
    blocker.release()
    assert [result(job) for job in jobs] == [["a0"], ["b1"], ["a2"], ["b3"]]
    assert forward.batches == [["a0", "a2"], ["b1", "b3"]]


def test_padding_to_a_longer_row_of_another_job_counts() -> None:
    scheduler, forward = Scheduler(20), Recorder()
    blocker = Blocker(scheduler)
    short = scheduler.submit("a", [row(2, "short")] * 4, forward)
    long = scheduler.submit("a", [row(10, "long")], forward)
    blocker.release()
    assert result(short) == ["short"] * 4
    assert result(long) == ["long"]
    assert forward.batches == [["short"] * 4, ["long"]]  # together they would take 5 · 10 tokens


def test_interactive_jobs_go_before_bulk_jobs_and_each_kind_in_turn() -> None:
    scheduler, forward = Scheduler(5), Recorder()
    blocker = Blocker(scheduler)
    queue = [("b1", True), ("i1", False), ("b2", True), ("i2", False)]
    jobs = [scheduler.submit(name, [row(5, name)], forward, bulk=bulk) for name, bulk in queue]
    blocker.release()
    for job in jobs:
        result(job)
    assert forward.batches == [["i1"], ["i2"], ["b1"], ["b2"]]


def test_an_interactive_job_does_not_wait_for_the_rest_of_a_bulk_job() -> None:
    scheduler = Scheduler(5)
    forward = Recorder()
    jobs = []

    def ask_in_between(batch: Sequence[InputRow]) -> list[Any]:
        if not jobs:
            jobs.append(scheduler.submit("interactive", [row(5, "urgent")], forward))
        return forward(batch)

    result(scheduler.submit("bulk", rows(5, 5, 5), ask_in_between, bulk=True))
    assert forward.batches == [["0:5"], ["urgent"], ["1:5"], ["2:5"]]


def test_an_exception_reaches_its_caller_alone_and_the_worker_goes_on() -> None:
    def fail(batch: Sequence[InputRow]) -> list[Any]:
        raise RuntimeError("out of memory")

    scheduler = Scheduler(100)
    blocker = Blocker(scheduler)
    bad, good = scheduler.submit("bad", rows(5), fail), scheduler.submit("good", rows(5), echo)
    blocker.release()
    with pytest.raises(RuntimeError, match="out of memory"):
        result(bad)
    assert result(good) == ["0:5"]
    assert result(scheduler.submit("bad", rows(5), echo)) == ["0:5"]


def test_a_failed_job_leaves_no_rows_behind() -> None:
    def fail(batch: Sequence[InputRow]) -> list[Any]:
        raise RuntimeError

    forward = Recorder(fail)
    scheduler = Scheduler(5)
    with pytest.raises(RuntimeError):
        result(scheduler.submit("a", rows(5, 5, 5), forward))
    assert result(scheduler.submit("a", rows(5), echo)) == ["0:5"]
    assert len(forward.batches) == 1


def test_the_bad_rows_of_one_caller_do_not_spoil_those_of_another() -> None:
    def refuse(batch: Sequence[InputRow]) -> list[Any]:
        if any(one.request == "bad" for one in batch):
            raise ValueError("bad row")
        return echo(batch)

    scheduler = Scheduler(100)
    blocker = Blocker(scheduler)
    good, bad = scheduler.submit("a", [row(5, "good")], refuse), scheduler.submit("a", [row(5, "bad")], refuse)
    blocker.release()
    with pytest.raises(ValueError, match="bad row"):
        result(bad)
    assert result(good) == ["good"]


def test_a_forward_that_loses_rows_fails_and_the_worker_goes_on() -> None:
    scheduler = Scheduler(100)
    with pytest.raises(ValueError, match=r"argument 2 is (shorter|longer)"):
        result(scheduler.submit("a", rows(5, 5), lambda batch: echo(batch)[:1]))
    assert result(scheduler.submit("a", rows(5), echo)) == ["0:5"]


def test_no_rows_are_done_at_once() -> None:
    job = Scheduler(100).submit("a", [], echo)
    assert job.done.is_set()
    assert job.result() == []


def test_many_threads_get_their_own_outputs() -> None:
    scheduler = Scheduler(64)
    found: dict[int, list[Any]] = {}

    def ask(caller: int) -> None:
        given = [row(1 + (caller + n) % 9, (caller, n)) for n in range(20)]
        found[caller] = result(scheduler.submit(caller % 2, given, echo, bulk=caller % 3 == 0))

    threads = [threading.Thread(target=ask, args=(caller,)) for caller in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert found == {caller: [(caller, n) for n in range(20)] for caller in range(12)}


def test_times_are_told_apart() -> None:
    scheduler = Scheduler(100)
    blocker = Blocker(scheduler)
    job = scheduler.submit("a", rows(1), echo)
    blocker.release()
    result(job)
    assert job.submitted <= job.started
    assert job.queue_ms == (job.started - job.submitted) * 1000
    assert job.forward_ms > 0


def taken(scheduler: Scheduler, *queue: tuple[str, bool], length: int = 5) -> list[str]:
    """In which order jobs of these visitors, bulk or not, go through a model that takes one row at a time."""
    forward = Recorder()
    blocker = Blocker(scheduler)
    jobs = [
        scheduler.submit(n, [row(length, f"{visitor}{n}")], forward, bulk=bulk, visitor=visitor)
        for n, (visitor, bulk) in enumerate(queue)
    ]
    blocker.release()
    for job in jobs:
        result(job)
    return [one for batch in forward.batches for one in batch]


def test_visitors_take_turns() -> None:
    assert taken(Scheduler(5), *[("a", False)] * 4, ("b", False), ("c", False), ("b", False)) == [
        "a0", "b4", "c5", "a1", "b6", "a2", "a3",
    ]  # fmt: skip


def test_bulk_work_waits_and_its_visitors_take_turns_too() -> None:
    assert taken(Scheduler(5), ("a", True), ("a", True), ("b", True), ("a", False), ("b", False)) == [
        "a3", "b4", "a0", "b2", "a1",
    ]  # fmt: skip


def test_ten_thousand_rows_of_one_visitor_cost_another_one_batch() -> None:
    scheduler, forward = Scheduler(50), Recorder()
    late: list[Submission] = []

    def ask_in_between(batch: Sequence[InputRow]) -> list[Any]:
        if not late:
            late.append(scheduler.submit("b", [row(5, "late")], forward, visitor="b"))
        return forward(batch)

    result(scheduler.submit("a", [row(5, "many")] * 10_000, ask_in_between, visitor="a"))
    assert result(late[0]) == ["late"]
    assert forward.batches.index(["late"]) == 1


def test_a_small_request_takes_no_part_of_anothers_large_one_along() -> None:
    scheduler, forward = Scheduler(50), Recorder()
    blocker = Blocker(scheduler)
    asked = [("a", ["small"]), ("b", ["large"] * 20), ("c", ["fits"] * 3)]
    jobs = [scheduler.submit("key", [row(5, t) for t in texts], forward, visitor=who) for who, texts in asked]
    blocker.release()
    for job in jobs:
        result(job)
    assert forward.batches == [["small", "fits", "fits", "fits"], ["large"] * 10, ["large"] * 10]


def test_a_visitor_who_comes_back_has_no_turn_before_those_who_wait() -> None:
    scheduler, forward = Scheduler(5), Recorder()

    def ask_again(batch: Sequence[InputRow]) -> list[Any]:
        if len(forward.batches) < 2:
            scheduler.submit(f"again{len(forward.batches)}", [row(5, "again")], ask_again, visitor="a")
        return forward(batch)

    blocker = Blocker(scheduler)
    scheduler.submit("first", [row(5, "first")], ask_again, visitor="a")
    waiting = [scheduler.submit(f"b{n}", [row(5, f"b{n}")], forward, visitor="b") for n in range(2)]
    blocker.release()
    for job in waiting:
        result(job)
    assert forward.batches[:3] == [["first"], ["b0"], ["again"]]


def test_the_place_in_the_queue_is_that_of_the_turn() -> None:
    scheduler = Scheduler(5)
    blocker = Blocker(scheduler)
    names = ["a", "a", "b", "b", "c"]
    jobs = [scheduler.submit(n, [row(5)], echo, visitor=name) for n, name in enumerate(names)]
    later = scheduler.submit("bulk", [row(5)], echo, bulk=True, visitor="c")
    assert [scheduler.place(job) for job in jobs] == [1, 4, 2, 5, 3]
    assert scheduler.place(later) == 6
    assert scheduler.place(blocker.job) == 0
    assert scheduler.waiting() == 6
    blocker.release()
    assert result(later) is not None
    assert [scheduler.place(job) for job in jobs] == [0] * 5


def test_who_waits_is_told_the_place_until_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runtime.scheduler.TELL_S", 0.01)
    scheduler = Scheduler(5)
    blocker = Blocker(scheduler)
    scheduler.submit("a", [row(5)], echo, visitor="a")
    mine = scheduler.submit("b", [row(5, "mine")], echo, visitor="b")
    told: list[int] = []

    def tell(place: int) -> None:
        told.append(place)
        blocker.release()

    scheduler.wait(mine, told=tell)
    assert result(mine) == ["mine"]
    assert (told[0], told[-1]) == (2, 0)


def test_an_answer_that_is_done_at_once_is_not_told_of() -> None:
    scheduler = Scheduler(5)
    job = scheduler.submit("a", [row(5)], echo)
    result(job)
    scheduler.wait(job, told=pytest.fail)


def test_a_request_that_waits_too_long_is_given_up_and_leaves_the_queue() -> None:
    scheduler, forward = Scheduler(5), Recorder()
    blocker = Blocker(scheduler)
    late = scheduler.submit("late", rows(5, 5), forward, visitor="a")
    with pytest.raises(BusyError, match=r"There was no answer within 0\.05 s\. Try again in a moment\."):
        scheduler.wait(late, 0.05)
    assert (scheduler.place(late), scheduler.waiting()) == (0, 0)
    blocker.release()
    result(scheduler.submit("after", rows(5), echo))
    assert forward.batches == []


def test_a_caller_who_goes_takes_the_rows_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runtime.scheduler.TELL_S", 0.01)

    def gone(place: int) -> None:
        raise KeyboardInterrupt

    scheduler = Scheduler(5)
    blocker = Blocker(scheduler)
    job = scheduler.submit("a", rows(5), echo)
    with pytest.raises(KeyboardInterrupt):
        scheduler.wait(job, told=gone)
    assert scheduler.waiting() == 0
    blocker.release()


def test_the_queue_is_bounded_for_one_visitor_and_for_all() -> None:
    scheduler = Scheduler(5, visitor_requests=3, queue_requests=5)
    blocker = Blocker(scheduler)
    scheduler.submit("a", rows(5), echo, visitor="a", requests=2)
    with pytest.raises(BusyError, match=r"^2 of your requests are waiting and 2 more were sent; up to 3 are allowed"):
        scheduler.submit("a", rows(5), echo, visitor="a", requests=2)
    scheduler.submit("b", rows(5), echo, visitor="b", requests=3)
    with pytest.raises(BusyError, match=r"^The server is busy: 5 requests are waiting\. Try again in a moment\."):
        scheduler.submit("c", rows(5), echo, visitor="c")
    scheduler.submit("c", rows(5), echo, visitor="c", requests=99, bulk=True)  # has a bound of its own: jobs
    last = scheduler.submit("d", rows(5), echo, requests=99)  # of nobody in particular: the command line
    blocker.release()
    result(last)
    result(scheduler.submit("c", rows(5), echo, visitor="c"))


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory.")])
def test_no_memory_for_a_batch_is_a_sentence(error: Exception) -> None:
    def forward(batch: Sequence[InputRow]) -> list[Any]:
        raise error

    with pytest.raises(CapacityError, match="ran out of memory") as caught:
        result(Scheduler(100).submit("key", [row(1)], forward))
    assert caught.value.__cause__ is error


def test_a_process_that_ends_waits_for_the_forward_pass_that_runs() -> None:
    program = """
import threading, time
from core.runtime.scheduler import Scheduler
from tests.core.runtime.test_scheduler import rows

begun = threading.Event()

def forward(batch):
    begun.set()
    time.sleep(0.3)
    print("came to its end", flush=True)
    return batch

scheduler = Scheduler(5)
scheduler.submit("key", rows(5), forward)
scheduler.submit("key", rows(5), forward)
begun.wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "came to its end\n"
