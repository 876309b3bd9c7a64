"""Metrics against values worked out by hand."""

import pytest

from core.files.metrics import accuracy, answer_f1, span_f1, spearman


def test_accuracy_is_the_share_of_equal_pairs():
    assert accuracy(["a", "b", "c", "d"], ["a", "b", "x", "d"]) == 0.75


def test_span_f1_wants_start_end_and_kind():
    predicted = [{(0, 3, "PER"), (5, 9, "LOC")}, {(0, 2, "ORG")}]
    gold = [{(0, 3, "PER"), (5, 9, "ORG")}, set()]
    assert span_f1(predicted, gold) == pytest.approx(2 * 1 / (3 + 2))
    assert span_f1([set()], [set()]) == 1.0


@pytest.mark.parametrize(
    ("predicted", "gold", "score"),
    [
        ("the Eiffel Tower", ["Eiffel tower."], 1.0),
        ("in 1889", ["1889"], 2 / 3),
        ("Paris", ["London", "Paris, France"], 2 / 3),
        ("nothing", ["something"], 0.0),
    ],
)
def test_answer_f1_is_the_best_word_overlap(predicted: str, gold: list[str], score: float):
    assert answer_f1(predicted, gold) == pytest.approx(score)


def test_spearman_sees_order_only():
    assert spearman([0.1, 0.2, 0.9], [1, 4, 5]) == pytest.approx(1)
    assert spearman([0.9, 0.2, 0.1], [1, 4, 5]) == pytest.approx(-1)
