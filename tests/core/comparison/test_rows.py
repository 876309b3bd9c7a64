"""Agreement over the rows of a file."""

import pytest

from core.comparison.rows import MOST, compare_rows, sum_up
from core.files.row_file import Line


def line(row: int, label: str, score: float, inputs: dict[str, str] | None = None) -> Line:
    results = [{"label": label, "score": score}, {"label": "other", "score": 1 - score}]
    return Line("a", row, {"text": "x"} | (inputs or {}), {"label": label}, results)


def similarity(value: float) -> Line:
    results = [{"text_a": "a", "text_b": "b", "similarity": value}]
    return Line("a", 1, {"text_a": "a", "text_b": "b"}, {"similarity": value}, results)


def test_rows_agree_by_what_they_say_not_by_how_surely() -> None:
    ours = [line(2, "good", 0.9), line(3, "good", 0.9), line(4, "good", 0.6)]
    theirs = [line(2, "good", 0.5), line(3, "bad", 0.8), line(4, "bad", 0.6)]
    first, second, third = compare_rows([ours, theirs], "label")
    assert (first.same, first.said) == (True, ("good", "good"))
    assert first.share == pytest.approx((0.5 + 0.1) / (0.9 + 0.5))
    assert (second.same, third.same) == (False, False)
    found = sum_up([first, second, third])
    assert (found.rows, found.agreed) == (3, 1)
    assert [one.line.row for one in found.most_different] == [3, 4], "those that overlap least come first"


def test_rows_without_an_answer_are_left_out() -> None:
    broken = Line("a", 2, {"text": " "}, error="Row 2: The text is empty.")
    assert list(compare_rows([[broken, line(3, "a", 1)], [line(2, "a", 1), line(3, "a", 1)]], "label"))[0].line.row == 3


def test_of_a_stopped_run_the_rows_that_all_have_count() -> None:
    assert len(list(compare_rows([[line(n, "a", 1) for n in range(5)], [line(0, "a", 1)]], "label"))) == 1


@pytest.mark.parametrize("column", ["label", "predicted_label", "input_label", "results", "error", "score", "row"])
def test_a_column_of_the_file_never_speaks_for_a_checkpoint(column: str) -> None:
    ours, theirs = line(2, "a", 1, {column: "gold"}), line(2, "b", 1, {column: "gold"})
    (one,) = compare_rows([[ours], [theirs]], "label")
    assert one.said == ("a", "b")
    assert not one.same


def test_numbers_are_the_same_if_they_are_close() -> None:
    assert next(compare_rows([[similarity(0.5)], [similarity(0.52)]], "similarity")).same
    assert not next(compare_rows([[similarity(0.5)], [similarity(0.7)]], "similarity")).same


def test_only_so_many_rows_are_kept() -> None:
    rows = compare_rows([[line(n, "a", 0.6) for n in range(200)], [line(n, "b", 0.6) for n in range(200)]], "label")
    found = sum_up(rows)
    assert (found.rows, found.agreed, len(found.most_different)) == (200, 0, MOST)
