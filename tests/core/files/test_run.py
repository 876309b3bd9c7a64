"""A table through the engine: every row once, progress, stop, what is wrong with a row, and the files that come out."""

import csv
import errno
import io
import json
import pickle
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from core.errors import ModelLoadError, UnknownNameError
from core.files.row_file import Line, RowFile
from core.files.run import FileResults, FileRun
from core.files.tables import Table, read_table
from core.jobs import Progress
from core.runtime.local import LocalEngine
from core.tasks.text_classification import run as text_classification_run
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from tests.fake_engine import FakeEngine
from tests.working import Started, ended

PATIENCE_S = 60
BOTH = ("minilm-sentiment", "minilm-sentiment-short")


def texts(*rows: str, column: str = "review") -> Table:
    return read_table("a.jsonl", "\n".join(json.dumps({column: row}) for row in rows).encode())


def run_of(table: Table, task: str = "text-classification", **fields: Any) -> FileRun:
    options: dict[str, Any] = {"checkpoints": ("minilm-sentiment",), "columns": {"text": "review"}} | fields
    return FileRun(task, table=table, **options)


def outcome(
    engine: Any, table: Table, task: str = "text-classification", **fields: Any
) -> tuple[FileResults, Progress]:
    job = ended(run_of(table, task, **fields), engine)
    return job.result, job.progress


def test_every_row_comes_out_in_order_for_every_checkpoint(engine: LocalEngine) -> None:
    table = texts(*(f"Film {n} was {'good' if n % 2 else 'bad'}." for n in range(520)))
    run, progress = outcome(engine, table, checkpoints=BOTH)
    lines = list(run.lines())
    assert [(line.checkpoint, line.row) for line in lines] == [
        (checkpoint, n) for checkpoint in BOTH for n in range(1, 521)
    ]
    assert [line.inputs["review"] for line in lines[:520]] == table.column("review")
    alone = engine.run("text-classification", "minilm-sentiment", [TextClassificationRequest("Film 3 was good.")])[0]
    assert lines[3].summary["label"] == alone.labels[0].label  # type: ignore[union-attr]
    assert lines[3].summary["score"] == pytest.approx(alone.labels[0].score, abs=0.02)  # type: ignore[union-attr]
    assert (progress.done, progress.total, progress.bad, progress.stopped) == (1040, 1040, 0, False)
    assert progress.seconds > 0


def test_a_bad_row_names_row_and_column_and_the_others_stay(engine: LocalEngine) -> None:
    run, progress = outcome(engine, texts("fine", "  ", "good", "x" * 60_000))
    errors = [line.error for line in run.lines()]
    assert progress.bad == 2
    assert run.first_bad == errors[1]
    assert errors[1] == "Row 2, column “review”: The text is empty. It needs at least one visible character."
    assert errors[3].startswith("Row 4, column “review”: The text has 60,000 characters; up to 50,000 are allowed.")
    assert not errors[0]
    assert not errors[2]


def test_a_row_without_a_gap_names_its_column(engine: LocalEngine) -> None:
    run, _ = outcome(engine, texts("No gap."), "fill-mask", checkpoints=("minilm-fill-mask",))
    assert run.first_bad.startswith("Row 1, column “review”: The text has no gap.")


def test_what_is_the_same_for_all_rows_is_in_each_request() -> None:
    engine, table = FakeEngine(), texts("a film", "a book")
    fixed = {"candidate_labels": ("good", "bad")}
    outcome(engine, table, "zero-shot-classification", checkpoints=("minilm-nli",), fixed=fixed)
    asked = [request for _, _, requests in engine.calls for request in requests]
    assert asked == [ZeroShotClassificationRequest(text, ("good", "bad")) for text in ("a film", "a book")]


class Slow(FakeEngine):
    """Waits before each answer until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Semaphore(0)

    def stream(self, task: str, checkpoint: str, requests: Iterable[Any], stopped: Any = None) -> Iterator[Any]:
        for request in requests:
            assert self.go.acquire(timeout=PATIENCE_S)
            yield self.run(task, checkpoint, [request])[0]


def test_a_stop_keeps_what_is_done() -> None:
    engine = Slow()
    run = Started(run_of(texts(*"abcdefgh")), engine)
    assert run.now().progress.seconds_left is None
    engine.go.release(3)
    while run.now(0.01).progress.done < 3:
        pass
    assert run.now().progress.seconds_left > 0  # type: ignore[operator]
    assert run.now().result is None, "not before its end"
    run.stop()
    engine.go.release(9)
    job = run.ended()
    assert job.progress.stopped
    assert 3 <= job.progress.done <= 4
    assert len(list(job.result.lines())) == job.progress.done


def test_a_stop_does_not_wait_for_what_is_queued(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    held, go = threading.Event(), threading.Event()
    forward = text_classification_run.forward

    def slowly(model: Any, batch: Any) -> Any:
        held.set()
        assert go.wait(PATIENCE_S)
        return forward(model, batch)

    monkeypatch.setattr(text_classification_run, "forward", slowly)
    run = Started(run_of(texts(*(f"Film {n}." for n in range(1200)))), engine)
    assert held.wait(PATIENCE_S)
    run.stop()
    assert run.ended().progress.done == 0
    assert not engine.scheduler.waiting()
    go.set()


def test_what_goes_in_and_what_comes_out_can_be_pickled() -> None:
    work = pickle.loads(pickle.dumps(run_of(texts("a film", " "))))
    assert work == run_of(texts("a film", " "))
    job = ended(work, FakeEngine())
    again = pickle.loads(pickle.dumps(job))
    assert again.result.csv() == job.result.csv()
    assert again.result.jsonl() == job.result.jsonl()
    assert (again.result.first_bad, again.progress, again.ended) == (job.result.first_bad, job.progress, job.ended)
    nothing = pickle.loads(pickle.dumps(ended(run_of(texts("a"), checkpoints=("nobody",)), FakeEngine())))
    assert isinstance(nothing.progress.error, UnknownNameError)
    assert not list(nothing.result.lines())


def test_a_checkpoint_that_cannot_load_is_told() -> None:
    engine = FakeEngine()
    engine.broken["minilm-sentiment"] = ModelLoadError("Gone.", "Restore it.")
    _, progress = outcome(engine, texts("a"))
    assert str(progress.error) == "Gone. Restore it."
    assert progress.done == 0


def test_files_that_come_out() -> None:
    table = Table("a.csv", ("review", "label", "row"), (("=1+1", "good", "7"), ("fine, thanks", "bad", "8")), (2, 3))
    run, progress = outcome(FakeEngine(), table)
    rows = list(csv.DictReader(io.StringIO(run.csv())))
    assert rows[0] == {
        "checkpoint": "minilm-sentiment",
        "row": "2",
        "review": "'=1+1",
        "input_label": "good",
        "input_row": "7",
        "label": "positive",
        "score": "0.7",
        "score_negative": "0.3",
        "score_positive": "0.7",
    }
    first = json.loads(run.jsonl().splitlines()[0])
    assert first["review"] == "=1+1"
    assert first["results"] == [{"label": "positive", "score": 0.7}, {"label": "negative", "score": 0.3}]


def test_one_checkpoint_that_fails_leaves_the_rows_to_the_others() -> None:
    engine = FakeEngine()
    engine.broken["minilm-sentiment"] = ModelLoadError("Gone.", "Restore it.")
    run, progress = outcome(engine, texts("a", "b"), checkpoints=BOTH)
    laps = run.laps
    assert (progress.done, progress.lost, progress.total, progress.error) == (2, 2, 4, None)
    assert not progress.finished
    assert [(name, lap.rows, str(lap.error)) for name, lap in laps.items()] == [
        ("minilm-sentiment", 0, "Gone. Restore it."),
        ("minilm-sentiment-short", 2, "None"),
    ]


class Crashing(FakeEngine):
    """Raises what it is given with the third text, or for one checkpoint alone."""

    def __init__(self, error: BaseException, only: str = "") -> None:
        super().__init__()
        self.error, self.only = error, only

    def stream(self, task: str, checkpoint: str, requests: Iterable[Any], stopped: Any = None) -> Iterator[Any]:
        for n, request in enumerate(requests):
            if n == 2 and self.only in ("", checkpoint):
                raise self.error
            yield self.run(task, checkpoint, [request])[0]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "ran out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (IndexError("list index out of range"), r"went wrong in the playground \(IndexError\)"),
    ],
)
def test_a_run_that_crashes_keeps_its_rows_and_says_so(error: BaseException, sentence: str) -> None:
    run, progress = outcome(Crashing(error), texts(*"abcde"))
    assert (progress.done, progress.lost, progress.total, progress.finished) == (2, 3, 5, False)
    assert progress.error
    assert re.search(sentence, progress.error.message)
    assert run.laps["minilm-sentiment"].error is progress.error
    assert [line.inputs["review"] for line in run.lines()] == ["a", "b"]
    assert len(list(csv.DictReader(io.StringIO(run.csv())))) == 2


def test_a_crash_of_one_checkpoint_leaves_the_rows_to_the_others_and_the_run_unfinished() -> None:
    run, progress = outcome(Crashing(MemoryError(), BOTH[0]), texts(*"abcde"), checkpoints=BOTH)
    assert (progress.done, progress.lost, progress.total, progress.error) == (7, 3, 10, None)
    assert not progress.finished
    assert progress.share == 1
    assert [bool(lap.error) for lap in run.laps.values()] == [True, False]


def test_a_disk_that_is_full_leaves_the_rows_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    append = RowFile.append

    def refuse(file: RowFile, line: Line) -> None:
        if line.row > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(file, line)

    monkeypatch.setattr(RowFile, "append", refuse)
    run, progress = outcome(FakeEngine(), texts(*"abcde"))
    assert "disk is full" in str(progress.error)
    assert len(list(run.lines())) == progress.done == 2
    assert run.csv().count("\n") == 3


NAMES = (
    "results",
    "error",
    "row",
    "text",
    "label",
    "score",
    "predicted_label",
    "input_text",
    "input_label",
    "checkpoint",
)


def test_columns_named_like_those_that_come_out() -> None:
    row = {name: f"cell of {name}" for name in NAMES}
    table = read_table("a.jsonl", json.dumps(row | {"review": "fine"}).encode())
    run, progress = outcome(FakeEngine(), table)
    (line,) = run.lines()
    assert line.inputs == row | {"review": "fine"}
    assert line.summary["label"] == "positive"
    (cells,) = csv.DictReader(io.StringIO(run.csv()))
    names = run.names()
    assert {name: cells[names[name]] for name in NAMES} == row
    assert (cells["label"], cells["score"], cells["row"]) == ("positive", "0.7", "1")
    first = json.loads(run.jsonl())
    assert {name: first[names[name]] for name in NAMES} == row
    assert first["results"] == [{"label": "positive", "score": 0.7}, {"label": "negative", "score": 0.3}]


def test_each_checkpoint_has_its_own_lines_and_clock() -> None:
    run, progress = outcome(FakeEngine(), texts(*map(str, range(600))), checkpoints=BOTH)
    for checkpoint in BOTH:
        lines = list(run.lines_of(checkpoint))
        assert [line.inputs["review"] for line in lines] == list(map(str, range(600)))
        assert {line.checkpoint for line in lines} == {checkpoint}
        lap = run.laps[checkpoint]
        assert lap.rows == 600
        assert lap.rate == pytest.approx(600 / lap.seconds)
        assert 0 < lap.seconds < progress.seconds
    assert list(run.lines_of("minilm-nli")) == []


def test_a_text_that_was_cut_says_so_and_only_where_it_happened(engine: LocalEngine) -> None:
    run, progress = outcome(engine, texts("A good film.", "A good film. " * 300))
    assert run.cut == 1
    assert outcome(engine, texts("A good film. " * 300), checkpoints=BOTH)[0].cut == 1, "one row, not one per model"
    short, long = csv.DictReader(io.StringIO(run.csv()))
    assert short["unread"] == ""
    assert re.fullmatch(r"[\d,]+ tokens not read, from “.+”", long["unread"])
    short, long = map(json.loads, run.jsonl().splitlines())
    assert "unread" not in short
    assert long["unread"][0]["tokens"] > 500
    whole, _ = outcome(engine, texts("A good film."))
    assert (whole.cut, "unread" in whole.csv()) == (0, False)
