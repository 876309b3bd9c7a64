"""Rows of a file as arrays, before they are measured."""

from pages.ui.views.files.labelled_file import arrays


def test_scores_stand_in_the_order_of_the_classes() -> None:
    places, scores = arrays({4: {"b": 0.75, "a": 0.25}, 7: {"b": 1.0}}, ("a", "b"))
    assert places.tolist() == [4, 7]
    assert scores.tolist() == [[0.25, 0.75], [0.0, 1.0]]


def test_a_file_without_any_answer_has_no_rows() -> None:
    places, scores = arrays({}, ())
    assert (places.shape, scores.shape) == ((0,), (0, 0))
