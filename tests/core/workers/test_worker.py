"""A worker: what it is told, what it says, how it ends."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import CapacityError, InputError, ModelLoadError
from core.workers.worker import Worker, why

SCRIPT = """
import sys
order = sys.stdin.readline()
while not order.strip():
    order = sys.stdin.readline()
print(order, end="", flush=True)
{then}
"""


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes workers whose process is a script that repeats its order and then does something else."""
    popen, made = subprocess.Popen, []

    def make(then: str, **options: Any) -> Worker:
        def start(command: list[str], **fields: Any) -> Any:
            return popen([sys.executable, "-c", SCRIPT.format(then=then)], **fields)

        monkeypatch.setattr(subprocess, "Popen", start)
        made.append(Worker(**options))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_it_waits_and_says_what_its_work_is(worker: Any, tmp_path: Path) -> None:
    one = worker("print('{\"step\": 1}')")
    assert one.wait_on()
    told = list(one.obey("fine-tune", tmp_path, threading.Event(), finish=True))
    assert told == [{"kind": "fine-tune", "folder": str(tmp_path), "finish": True}, {"step": 1}]
    assert not one.wait_on(), "it is gone"


def test_it_is_told_that_the_job_is_stopped(worker: Any, tmp_path: Path) -> None:
    stop = threading.Event()
    lines = worker("assert sys.stdin.readline() == 'stop\\n'").obey("fine-tune", tmp_path, stop)
    next(lines)
    stop.set()
    assert list(lines) == []


def test_it_ends_with_the_last_word_of_its_process(worker: Any, tmp_path: Path) -> None:
    (tmp_path / "errors.txt").write_text("…\nThe learning rate is 3.\n")
    with pytest.raises(InputError, match="The learning rate is 3"):
        list(worker("sys.exit(2)").obey("fine-tune", tmp_path, threading.Event()))


def test_one_that_was_forgotten_is_not_counted_on(worker: Any) -> None:
    assert not worker("", idle_s=0.0).wait_on()


@pytest.mark.parametrize(
    ("code", "errors", "kind"),
    [
        (2, "…\nThe learning rate is 3.", InputError),
        (-9, "", CapacityError),
        (1, "RuntimeError: not enough memory: you tried to allocate", CapacityError),
        (1, "Traceback", ModelLoadError),
    ],
)
def test_why_a_process_ended(code: int, errors: str, kind: type) -> None:
    assert isinstance(why(code, errors), kind)
