"""Scores of classes on labelled rows, against counts by hand."""

import numpy as np
import pytest

from core.files.evaluation import by_length, evaluate, match_labels, mistakes, slice_of, slices, threshold_curve

LABELS = ["a", "a", "a", "b", "b", "c"]
SAID = ["a", "a", "b", "b", "a", "a"]


def test_counts_and_scores() -> None:
    one = evaluate(LABELS, SAID, ["a", "b", "c"])
    assert one.confusion.tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert (one.rows, one.accuracy, one.majority) == (6, 0.5, 0.5)
    a, b, c = one.classes
    assert (a.precision, a.recall, a.f1, a.rows) == (0.5, pytest.approx(2 / 3), pytest.approx(4 / 7), 3)
    assert (b.precision, b.recall, b.f1) == (0.5, 0.5, 0.5)
    assert (c.precision, c.recall, c.f1) == (0, 0, 0)
    assert one.macro_f1 == pytest.approx((4 / 7 + 0.5) / 3)


def test_a_class_that_no_row_has_does_not_count_for_the_mean() -> None:
    assert evaluate(["a", "a"], ["a", "a"], ["a", "b"]).macro_f1 == 1


def test_thresholds_are_what_counting_gives() -> None:
    positive = np.array([True, False, True, True, False])
    scores = np.array([0.9, 0.8, 0.7, 0.4, 0.2])
    curve = threshold_curve(positive, scores)
    for threshold, precision, recall, f1 in zip(curve.thresholds, curve.precision, curve.recall, curve.f1, strict=True):
        said = scores >= threshold
        hits = (said & positive).sum()
        assert precision == pytest.approx(hits / said.sum())
        assert recall == pytest.approx(hits / 3)
        assert f1 == pytest.approx(2 * hits / (said.sum() + 3))
    assert curve.thresholds[curve.best] == 0.4
    assert (np.diff(curve.thresholds) > 0).all()


def test_slices_put_the_worst_first() -> None:
    worst, best = slices(["x", "y", "x", "y"], np.array([True, True, False, True]))
    assert (worst.value, worst.rows, worst.accuracy) == ("x", 2, 0.5)
    assert (best.value, best.accuracy) == ("y", 1)
    assert worst.low < 0.5 < worst.high
    assert best.high <= 1 + 1e-12


def test_the_interval_is_wilsons() -> None:
    one = slice_of("x", 9, 10)
    assert (one.low, one.high) == (pytest.approx(0.5958, abs=1e-4), pytest.approx(0.9821, abs=1e-4))


def test_thirds_by_length() -> None:
    names = by_length(["x" * n for n in (1, 2, 3, 40, 50, 60, 700, 800, 900)])
    assert [name.split(":")[0] for name in names] == ["short"] * 3 + ["middle"] * 3 + ["long"] * 3


def test_the_surest_mistakes_come_first() -> None:
    assert mistakes(np.array([True, False, False, True]), np.array([0.9, 0.6, 0.8, 0.5])).tolist() == [2, 1]


def test_labels_match_but_for_case_and_spaces() -> None:
    assert match_labels(["Positive ", "NEG", "negative"], ["negative", "positive"]) == {
        "Positive ": "positive",
        "negative": "negative",
    }
