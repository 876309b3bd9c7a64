"""Faithfulness over the rows of a file: a planted word, rows without an answer, a stop, an estimate."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.files.tables import Table, read_table
from core.inspect import faithfulness as analysis
from core.inspect.explained_rows import MOST_ROWS, ExplainedRow, explained_rows
from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS
from core.inspect.faithfulness_run import FaithfulnessRun, FileFaithfulness, text_rows
from core.jobs import State, Stopped
from tests.core.inspect.planted import Planted, fixed

TEXTS = (
    "one two three four five planted seven eight nine ten",
    "far too short",
    "a planted word among five",
    "here planted stands for a few more words",
)
ROWS = tuple(ExplainedRow(n, text) for n, text in enumerate(TEXTS, 1))
METHODS = ("wrong", "right")


@pytest.fixture(autouse=True)
def methods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(analysis.METHODS, "right", fixed({"planted": 1.0}))
    monkeypatch.setitem(analysis.METHODS, "wrong", fixed({"planted": -1.0}))


def ran(rows: tuple[ExplainedRow, ...] = ROWS) -> tuple[FileFaithfulness, State]:
    work = FaithfulnessRun("text-classification", ("one",), rows, methods=METHODS)
    engine: Any = Planted()
    work.run(engine, None, state := State(work.total))
    (found,) = state.result
    return found, state


def test_means_are_those_of_the_texts_that_have_an_answer() -> None:
    found, state = ran()
    assert (state.done, state.bad, found.bad) == (4, 1, 1)
    assert found.first_bad.startswith("Row 2: The text has 3 words")
    assert [one.row for one in found.texts] == [1, 3, 4]
    right, wrong = found.scores
    assert (right.name, wrong.name) == ("right", "wrong")
    assert (right.comprehensive, right.sufficient) == pytest.approx((0.8, 0.0), abs=1e-6)
    assert right.faithful == pytest.approx(0.8, abs=1e-6)
    assert right.error == pytest.approx(0, abs=1e-6), "it is as faithful in every text"
    random = np.array([one.falls[2:, 0].mean(1) - one.falls[2:, 1].mean(1) for one in found.texts])
    assert random.shape == (3, RANDOM_ORDERS)
    gains = 0.8 - random.mean(1)
    assert right.gain == pytest.approx(gains.mean(), abs=1e-6)
    assert right.gain_error == pytest.approx(gains.std(ddof=1) / 3**0.5, abs=1e-6)
    assert (right.beats, wrong.beats) == (1.0, 0.0)
    assert found.ahead("right", "wrong")[0] == pytest.approx(1.6, abs=1e-6)
    assert found.means.shape == (2 + RANDOM_ORDERS, 2, len(FRACTIONS))


def test_there_is_a_row_for_each_text_and_method() -> None:
    found, _ = ran()
    rows = text_rows(found)
    assert [one["method"] for one in rows] == ["wrong", "right", "random"] * 3
    assert rows[1]["faithfulness"] == pytest.approx(0.8, abs=1e-6)


def test_one_text_has_no_standard_error() -> None:
    found, _ = ran(ROWS[:1])
    assert np.isinf(found.scores[0].error)


def test_a_stop_keeps_what_is_done() -> None:
    state = State(4)

    class StopsLater(Planted):
        def stream(self, *asked: Any) -> Iterator[Any]:
            yield from super().stream(*asked)
            if state.done == 2:
                state.stop.set()

    engine: Any = StopsLater()
    work = FaithfulnessRun("text-classification", ("one",), ROWS, methods=METHODS)
    with pytest.raises(Stopped):
        work.run(engine, None, state)
    assert [one.row for one in state.result[0].texts][:1] == [1]
    assert state.done == 3


def test_it_is_said_how_long_it_takes() -> None:
    engine: Any = Planted(forward_ms=10.0)
    work = FaithfulnessRun("text-classification", ("one",), ROWS[:1], methods=METHODS)
    assert work.seconds(engine) == pytest.approx(0.01 * (22 * 3 + 6))  # 3 counts of words, 3 readings for each method


def test_rows_come_from_columns() -> None:
    table = read_table("a.csv", b"id,sentence,label\n1,A film.,good\n2,Another.,\n")
    rows = explained_rows("text-classification", table, {"text": "sentence"}, "label")
    assert rows == (ExplainedRow(2, "A film.", "", "good"), ExplainedRow(3, "Another."))
    with pytest.raises(InputError, match="There is no column “words”"):
        explained_rows("text-classification", table, {"text": "words"})
    long = Table("a.csv", ("text",), (("a",),) * (MOST_ROWS + 1), tuple(range(MOST_ROWS + 1)))
    with pytest.raises(InputError, match="1,001 rows; up to 1,000"):
        explained_rows("text-classification", long, {"text": "text"})
