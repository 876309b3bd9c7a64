import gc
import io
import time

import pytest

from core.checkpoints import arrivals as module
from core.checkpoints.arrivals import LARGEST, LARGEST_MB, Arrival, Arrivals
from core.errors import CapacityError

MB = 1_000_000


def came(arrivals: Arrivals, visitor: str, id: str, size: int) -> Arrival:
    """A file of that size, complete."""
    arrival = arrivals.expect(visitor, id)
    arrivals.grow(arrival, size)
    arrival.complete(io.BytesIO(b"content"))
    return arrival


def test_a_file_is_read_once_and_gives_its_room_back() -> None:
    arrivals = Arrivals(10 * MB)
    arrival = came(arrivals, "ann", "1", 9 * MB)
    with arrivals.find("1").opened() as file:
        assert file.read() == b"content"
    assert file.closed and arrival.size == 0
    with pytest.raises(CapacityError, match="already used"), arrival.opened():
        pass
    came(arrivals, "ann", "2", 9 * MB)


def test_its_room_comes_back_when_the_reader_fails() -> None:
    arrivals = Arrivals(10 * MB)
    arrival = came(arrivals, "ann", "1", 9 * MB)
    with pytest.raises(ZeroDivisionError), arrival.opened() as file:
        raise ZeroDivisionError
    assert file.closed and arrival.size == 0


def test_one_visitor_has_no_more_than_the_limit() -> None:
    arrivals = Arrivals(10 * LARGEST)
    mine = arrivals.expect("ann", "1")
    arrivals.grow(mine, LARGEST)
    with pytest.raises(CapacityError, match=f"more than {LARGEST_MB:,} MB"):
        arrivals.grow(mine, 1)
    arrivals.grow(arrivals.expect("bob", "2"), LARGEST)


def test_files_that_come_at_once_under_one_id_all_count() -> None:
    arrivals = Arrivals(10 * MB)
    first, second = arrivals.expect("ann", "same"), arrivals.expect("ann", "same")
    arrivals.grow(first, 6 * MB)
    assert arrivals.find("same") is second
    with pytest.raises(CapacityError, match="fill the 10 MB"):
        arrivals.grow(second, 5 * MB)
    del first
    gc.collect()
    arrivals.grow(second, 5 * MB)


def test_all_together_have_no_more_than_the_budget() -> None:
    arrivals = Arrivals(10 * MB)
    first = arrivals.expect("ann", "1")
    arrivals.grow(first, 8 * MB)
    second = arrivals.expect("bob", "2")
    with pytest.raises(CapacityError, match="fill the 10 MB") as caught:
        arrivals.grow(second, 3 * MB)
    assert "PLAYGROUND_UPLOADS_MB" in caught.value.hint
    first.end(CapacityError("Gone."))
    arrivals.grow(second, 3 * MB)


def test_what_nobody_reads_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals(10 * MB)
    stray = came(arrivals, "ann", "1", 8 * MB)
    later = time.monotonic() + module.STRAY_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    came(arrivals, "bob", "2", 8 * MB)
    with pytest.raises(CapacityError, match="deleted to make room"), stray.opened():
        pass


def test_what_is_coming_or_has_just_come_does_not_make_room() -> None:
    arrivals = Arrivals(10 * MB)
    held = came(arrivals, "ann", "1", 4 * MB), arrivals.expect("ann", "2")
    arrivals.grow(held[1], 4 * MB)
    with pytest.raises(CapacityError):
        arrivals.grow(arrivals.expect("bob", "3"), 4 * MB)


def test_a_file_goes_with_whoever_held_it() -> None:
    arrivals = Arrivals(10 * MB)
    arrival = arrivals.expect("ann", "1")
    arrivals.grow(arrival, 8 * MB)
    file = io.BytesIO()
    arrival.complete(file)
    del arrival
    gc.collect()
    assert file.closed and arrivals.find("1") is None
    arrivals.grow(kept := arrivals.expect("bob", "2"), 8 * MB)
    assert kept.size == 8 * MB
