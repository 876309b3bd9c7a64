"""Smaller versions measured (run.py): what is told, in which order, and what is refused."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from core.checkpoints.catalog import load_catalog
from core.compression.own_rows import own_rows, reviews, sentences_with_names
from core.compression.plan import CompressionOrder, SmallerVersion, check_order, read_order, versions
from core.compression.report import (
    CompressionReport,
    CompressionStart,
    before_and_after,
    read_compression_line,
)
from core.compression.run import compress
from core.compression.score import RowCounts, count
from core.errors import InputError
from core.finetuning.gather import TrainingRow
from core.workers.measuring import MeasuringStep
from core.workers.runs import WorkFolder

CATALOG = load_catalog()


def order(checkpoint: str, *methods: str, rows: int = 24, levels: tuple[float, ...] = ()) -> CompressionOrder:
    return CompressionOrder(CATALOG.with_base(checkpoint), methods, own_rows(CATALOG[checkpoint])[:rows], levels)


@pytest.mark.parametrize("checkpoint", ["mini-distilbert-sentiment", "mini-distilbert-ner"])
def test_all_versions_are_measured_beside_the_network_as_it_is(checkpoint: str) -> None:
    asked = order(checkpoint, "int8", "bf16", "heads", "layers", "exit")
    report = CompressionReport()
    for line in compress(asked, Event(), rounds=1):
        report = report.after(line)
    assert isinstance(report.start, CompressionStart)
    assert (report.start.fitted, report.start.held_out, report.start.layers) == (12, 12, 2)
    assert [one.method for one in report.points if one.method != "fused"] == [
        "fp32", "int8", "bf16", "heads", "heads", "heads", "layers", "exit", "exit", "exit",
    ]  # fmt: skip
    before = report.points[0]
    assert before.change == before.change_error == 0
    assert all(one.alone_ms > 0 and one.batch_ms > 0 and 0 <= one.score <= 1 for one in report.points)
    by_method = {one.method: one for one in report.points}
    assert by_method["int8"].mb < by_method["bf16"].mb < by_method["layers"].mb < before.mb
    assert by_method["heads"].mb < before.mb < by_method["exit"].mb
    assert 1 <= by_method["exit"].layers_used <= 2
    assert before_and_after(report)["before"]["label"] == "As it is, fp32"
    assert len(before_and_after(report)["after"]) == len(report.points) - 1


def test_stopped_before_the_first_round_it_tells_no_numbers() -> None:
    stop = Event()
    lines = []
    for line in compress(order("mini-distilbert-sentiment", "int8"), stop, rounds=1):
        lines.append(line)
        stop.set()
    assert [type(line) for line in lines] == [CompressionStart, MeasuringStep]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (order("mini-bert-sentiment"), "No method is chosen."),
        (order("mini-bert-sentiment", "zip"), "There is no method called “zip”."),
        (order("mini-bert-sentiment", "int8", rows=3), "There are 3 labelled rows; 8 or more are needed."),
        (order("mini-bert-sentiment", "heads", levels=(2.0,)), "The share of heads to remove is 2."),
        (order("mini-bert-sentiment", "int8", levels=(0.5,)), "“int8” has no level."),
        (replace(order("mini-bert-sentiment", "int8"), checkpoints=(CATALOG["mini-bert"],)), "“mini-bert” has no"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: CompressionOrder, message: str) -> None:
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        check_order(asked)


def test_layers_and_labels_that_are_not_there_are_named() -> None:
    with pytest.raises(InputError, match="The model has 2 layers; without 2 of them none would be left"):
        list(compress(order("mini-distilbert-sentiment", "layers", levels=(2,)), Event()))
    rows = tuple(TrainingRow(n, ("a text",), ("blue",)) for n in range(9))
    with pytest.raises(InputError, match="0 of 9 rows have a label that the model knows") as e:
        list(compress(replace(order("mini-distilbert-sentiment", "int8"), rows=rows), Event()))
    assert "The file says “blue”" in e.value.hint


def test_orders_and_lines_survive_json(tmp_path) -> None:
    asked = order("mini-bert-ner", "heads", levels=(0.5,))
    folder = WorkFolder(tmp_path / "order")
    folder.write(asked)
    assert read_order(folder.values()) == asked
    assert read_compression_line({"done": 1, "total": 3, "doing": "x"}) == MeasuringStep(1, 3, "x")


def test_rows_of_our_own_suit_the_head() -> None:
    assert len(reviews()) == 400
    assert {row.labels for row in reviews()} == {("positive",), ("negative",)}
    assert len({row.texts for row in reviews()}) == 400
    assert all(len(row.texts) == len(row.labels) for row in sentences_with_names())
    assert {"B-PER", "B-LOC", "B-ORG", "O"} <= {tag for row in sentences_with_names() for tag in row.labels}
    assert {row.labels for row in own_rows(CATALOG["mini-bert-nli"])} == {
        ("entailment",),
        ("neutral",),
        ("contradiction",),
    }


def test_levels_fit_the_number_of_layers() -> None:
    assert [one.level for one in versions("layers", (), 4)] == [1, 2]
    assert [one.level for one in versions("layers", (), 12)] == [1, 2, 3]
    assert versions("int8", (), 4) == [SmallerVersion("int8")]


def test_scores_have_the_error_that_chance_gives() -> None:
    half = RowCounts(np.array([(n % 2, 1, 1) for n in range(100)]))
    assert half.score == 0.5
    assert half.error == pytest.approx(0.05, abs=0.005)
    other = RowCounts(half.counts.copy())
    assert half.change(other) == (0.0, pytest.approx(1 / 101)), "rows that are all alike say little of others"
    assert half.change(half) == (0.0, 0.0)
    assert RowCounts(np.ones((10, 3))).error == pytest.approx(1 / 11)
    names = count([("B-PER", "O")], [("B-PER", "B-LOC")], tags=True)
    assert names.counts.tolist() == [[1, 1, 2]]
    assert names.score == pytest.approx(2 / 3)
