"""One training at a time, the others in the order in which they came."""

import threading

from core.workers.turns import Turns


def test_the_second_waits_for_the_first_and_is_told_its_place() -> None:
    turns, first_may_end, order, places = Turns(), threading.Event(), [], []
    began = threading.Event()

    def first() -> None:
        with turns.turn(1, lambda place: None, lambda: False) as begins:
            assert begins
            began.set()
            first_may_end.wait()
            order.append("first")

    def second() -> None:
        with turns.turn(1, places.append, lambda: False) as begins:
            assert begins
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    began.wait()
    threads[1].start()
    while not places:
        pass
    first_may_end.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
    assert places == [1, 0]


def test_who_is_stopped_while_waiting_never_begins() -> None:
    turns = Turns()
    with (
        turns.turn(1, lambda place: None, lambda: False),
        turns.turn(1, lambda place: None, lambda: True) as begins,
    ):
        assert not begins
    with turns.turn(1, lambda place: None, lambda: False) as begins:
        assert begins
